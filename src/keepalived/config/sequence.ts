import { computedLine, placeAt, type SourceLine, sliceLine } from './source-line.ts'

/** The line after a `~SEQ(…)` or `~LST(…)`, and the values that its variables take in turn. */
export interface Repetition {
  readonly rest: SourceLine
  readonly rounds: readonly ReadonlyMap<string, SourceLine>[]
}

const HEAD = /^\s*~(SEQx?|LST)\(((?:\{[^{}]*\}|[^{}()])*)\)\s*/
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const MOST_ROUNDS = 65_536

/** Decimal, or 0x…; a sign may stand before it. */
function integer(text: string): number | null {
  const found = /^([+-]?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(text)
  if (found === null) return null
  return (found[1] === '-' ? -1 : 1) * Number(found[2])
}

/** `(var, [start, [step,]] end)`; the values, or why there are none. */
function sequence(args: readonly string[], hexadecimal: boolean): readonly string[] | string {
  const numbers = args.map(integer)
  if (numbers.length === 0 || numbers.length > 3 || numbers.includes(null)) return 'it wants (NAME, START, STEP, END)'
  const [end = 0, second, third] = [...numbers].reverse().map((value) => value ?? 0)
  const start = third ?? second ?? (end > 0 ? 1 : -1)
  const step = third === undefined ? (end >= start ? 1 : -1) : (second ?? 0)
  if (step === 0 || (end - start) * step < 0) return `from ${start} by ${step} it never comes to ${end}`
  const count = Math.floor((end - start) / step) + 1
  if (count > MOST_ROUNDS) return `${count} rounds are more than ${MOST_ROUNDS}`
  return Array.from({ length: count }, (_, index) => (start + index * step).toString(hexadecimal ? 16 : 10))
}

/** Splits at commas outside of braces. */
function atCommas(text: string): string[] {
  return (text.match(/(?:\{[^{}]*\}|[^,{}])+/g) ?? []).map((part) => part.trim())
}

const unbraced = (text: string) => (text.startsWith('{') ? atCommas(text.slice(1, -1)) : [text])

/** `(var, v, …)` or `({a, b}, {1, 2}, …)`: names and rows of values, or why there are none. */
function list(first: string, rows: readonly string[]): { names: string[]; values: string[][] } | string {
  const names = unbraced(first)
  const values = rows.map(unbraced)
  if (values.length === 0) return 'it wants (NAME, VALUE, …)'
  const uneven = values.find((row) => row.length !== names.length)
  return uneven === undefined ? { names, values } : `{${uneven.join(', ')}} has not ${names.length} values`
}

/**
 * Reads `~SEQ(var, start, step, end)`, `~SEQx(…)` (hexadecimal), `~LST(var, value, …)` and `~LST({a, b}, {1, 2}, …)` at the start of a
 * line; start and step may be left out.
 * @returns null when the line starts otherwise; a text that says what is wrong with it
 */
export function repetitionIn(line: SourceLine): Repetition | string | null {
  if (!/^\s*~(SEQ|LST)/.test(line.text)) return null
  const found = HEAD.exec(line.text)
  if (found === null) return 'it wants its arguments in ( ) right after the name'
  const [first = '', ...args] = atCommas(found[2] ?? '')
  const at = placeAt(line, found[0].length)
  const kind = found[1]
  const listed = kind === 'LST' ? list(first, args) : null
  if (typeof listed === 'string') return listed
  const counted = listed === null ? sequence(args, kind === 'SEQx') : null
  if (typeof counted === 'string') return counted
  const names = listed?.names ?? [first]
  const values = listed?.values ?? (counted ?? []).map((value) => [value])
  const bad = names.find((name) => !NAME.test(name))
  if (bad !== undefined) return `"${bad}" can't be the name of a variable`
  const rounds = values.map(
    (row) => new Map(names.map((name, index) => [name, computedLine(row[index] ?? '', at)] as const)),
  )
  return { rest: sliceLine(line, found[0].length), rounds }
}
