import type { Place, Report } from './diagnostics.ts'
import type { Token } from './lexer.ts'

/** A line of the file: a keyword with its words, and the block that it opens, if any. `words` is empty for a brace without a keyword. */
export interface Statement extends Place {
  readonly words: readonly Token[]
  readonly block: Statement[] | null
}

interface Open {
  readonly statement: Statement | null
  readonly body: Statement[]
}

type Pending = Omit<Statement, 'block'> & { block: Statement[] | null }

const placeOf = ({ file, line, column }: Place): Place => ({ file, line, column })

/** `vrrp_instance VI_1 { … }` at its opening, for messages. */
export function nameOf(statement: Statement): string {
  return statement.words.length === 0
    ? 'a block'
    : statement.words
        .slice(0, 2)
        .map((word) => word.text)
        .join(' ')
}

/**
 * Braces to blocks. A line is a statement; `{` opens a block for the statement before it, on its line or alone on a later one.
 * @param lines tokens, line by line
 * @param opensAtTop is this keyword a block that only stands outside of all others? Then one that is found inside shows a missing `}` before it.
 */
export function toTree(
  lines: readonly (readonly Token[])[],
  opensAtTop: (keyword: string) => boolean,
  report: Report,
): Statement[] {
  const top: Open = { statement: null, body: [] }
  const stack: Open[] = [top]
  const current = () => stack.at(-1) ?? top
  const state: { last: Pending | null } = { last: null }

  const add = (words: readonly Token[], place: Place): Pending => {
    const statement: Pending = { words, block: null, ...placeOf(place) }
    current().body.push(statement)
    return statement
  }
  const closeAll = (before: string) => {
    for (const open of stack.splice(1)) {
      if (open.statement === null) continue
      report(
        'error',
        'syntax',
        open.statement,
        `the block of ${nameOf(open.statement)} is never closed${before}`,
        'add }',
      )
    }
  }
  const finish = (words: Token[]): void => {
    const first = words[0]
    if (first === undefined) return
    if (stack.length > 1 && opensAtTop(first.text)) closeAll(` before line ${first.line}`)
    state.last = add(words.splice(0), first)
  }

  for (const tokens of lines) {
    const words: Token[] = []
    for (const token of tokens) {
      if (token.kind === 'word') {
        words.push(token)
        continue
      }
      finish(words)
      if (token.kind === 'open') {
        const owner = state.last !== null && state.last.block === null ? state.last : add([], token)
        const body: Statement[] = []
        owner.block = body
        stack.push({ statement: owner, body })
      } else if (stack.length > 1) {
        stack.pop()
      } else {
        report('error', 'syntax', token, 'a } that closes nothing, skipped', 'remove it')
      }
      state.last = null
    }
    finish(words)
  }
  closeAll('')
  return top.body
}
