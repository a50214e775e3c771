/**
 * `when` expressions: `facts.os.id == 'debian' and not (inventory.replication.mode == 'position')`.
 * Names are looked up in the view; nothing is called, nothing is assigned.
 *
 *   or, and, not, ( ) · == != < <= > >= · in [a, b] · 'text' "text" 12 true false null · name.name[0]
 */
export type Expression =
  | { readonly t: 'value'; readonly value: string | number | boolean | null }
  | { readonly t: 'name'; readonly path: readonly string[] }
  | { readonly t: 'list'; readonly items: readonly Expression[] }
  | { readonly t: 'not'; readonly of: Expression }
  | { readonly t: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression }

const TOKEN =
  /\s*(?:(==|!=|<=|>=|<|>|\(|\)|\[|\]|,)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*(?:\.[\w-]+|\[\d+\])*)|(\S))/y

/** @throws SyntaxError that says what is wrong and where (character, from 1). */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text)
  let next = 0
  const peek = () => tokens[next]?.text ?? ''
  const fail = (wanted: string): never => {
    const token = tokens[next]
    throw new SyntaxError(
      token === undefined
        ? `ends where ${wanted} should be`
        : `has ${token.text} at character ${token.at} where ${wanted} should be`,
    )
  }
  const take = (text: string) => {
    if (tokens[next]?.text !== text || tokens[next]?.kind === 'string') return false
    next += 1
    return true
  }
  const either = (op: string, operand: () => Expression): Expression => {
    let left = operand()
    while (take(op)) left = { t: 'binary', op, left, right: operand() }
    return left
  }
  const or = (): Expression => either('or', and)
  const and = (): Expression => either('and', not)
  const not = (): Expression => (take('not') ? { t: 'not', of: not() } : comparison())
  const comparison = (): Expression => {
    const left = operand()
    const op = ['==', '!=', '<=', '>=', '<', '>', 'in'].find(take)
    return op === undefined ? left : { t: 'binary', op, left, right: operand() }
  }
  const operand = (): Expression => {
    if (take('(')) {
      const inner = or()
      if (!take(')')) fail(')')
      return inner
    }
    if (take('[')) return list()
    const token = tokens[next]
    if (token === undefined || token.kind === 'sign') return fail('a value')
    next += 1
    if (token.kind === 'string') return { t: 'value', value: token.text.slice(1, -1).replaceAll(/\\(.)/g, '$1') }
    if (token.kind === 'number') return { t: 'value', value: Number(token.text) }
    if (token.text === 'true' || token.text === 'false') return { t: 'value', value: token.text === 'true' }
    if (token.text === 'null') return { t: 'value', value: null }
    return { t: 'name', path: token.text.replaceAll(/\[(\d+)\]/g, '.$1').split('.') }
  }
  const list = (): Expression => {
    const items: Expression[] = []
    if (take(']')) return { t: 'list', items }
    do items.push(operand())
    while (take(','))
    if (!take(']')) fail(']')
    return { t: 'list', items }
  }
  const expression = or()
  if (peek() !== '') fail('the end')
  return expression
}

/** @throws ReferenceError for a name that the view does not have. What hangs below null is null. */
export function evaluate(expression: Expression, view: object): unknown {
  switch (expression.t) {
    case 'value':
      return expression.value
    case 'name':
      return lookUp(view, expression.path)
    case 'list':
      return expression.items.map((item) => evaluate(item, view))
    case 'not':
      return !evaluate(expression.of, view)
    case 'binary':
      return binary(expression.op, expression.left, expression.right, view)
  }
}

/** The value of a dotted name. @throws ReferenceError when the view does not have it. */
export function lookUp(view: object, path: readonly string[]): unknown {
  let value: unknown = view
  for (const [i, part] of path.entries()) {
    if (value === null) return null
    if (typeof value !== 'object' || !Object.hasOwn(value, part)) {
      const known = typeof value === 'object' && value !== undefined ? Object.keys(value).join(', ') : ''
      const owner = path.slice(0, i).join('.')
      throw new ReferenceError(
        `${path.join('.')} is not known${owner === '' ? '' : `: ${owner} has no ${part}`}${known === '' ? '' : `; known: ${known}`}`,
      )
    }
    value = Reflect.get(value, part)
  }
  return value
}

function binary(op: string, leftOf: Expression, rightOf: Expression, view: object): unknown {
  const left = evaluate(leftOf, view)
  if (op === 'and') return Boolean(left) && Boolean(evaluate(rightOf, view))
  if (op === 'or') return Boolean(left) || Boolean(evaluate(rightOf, view))
  const right = evaluate(rightOf, view)
  if (op === '==') return left === right
  if (op === '!=') return left !== right
  if (op === 'in') return Array.isArray(right) && right.includes(left)
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) return false
  const other = right as typeof left
  if (op === '<') return left < other
  if (op === '<=') return left <= other
  return op === '>' ? left > other : left >= other
}

interface Token {
  readonly kind: 'sign' | 'string' | 'number' | 'word'
  readonly text: string
  readonly at: number
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const start = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    const [, sign, string, number, word, other] = match ?? []
    const found = sign ?? string ?? number ?? word
    const at = start + (match?.[0].search(/\S/) ?? 0) + 1
    if (found === undefined)
      throw new SyntaxError(`has ${other ?? 'a sign'} at character ${at}, which means nothing here`)
    tokens.push({
      kind: sign !== undefined ? 'sign' : string !== undefined ? 'string' : number !== undefined ? 'number' : 'word',
      text: found,
      at,
    })
  }
  return tokens
}
