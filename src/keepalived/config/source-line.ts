import type { Place } from './diagnostics.ts'

/** From `start` on, a line's characters were written at `place`; `fixed`: all of them stand for that one place (a computed value). */
interface Part {
  readonly start: number
  readonly place: Place
  readonly fixed: boolean
}

/** A line after substitution, of which every character still knows where it was written. */
export interface SourceLine {
  readonly text: string
  readonly parts: readonly [Part, ...Part[]]
}

/** A line as it stands in a file; `line` from 1. */
export function writtenLine(text: string, file: string, line: number): SourceLine {
  return { text, parts: [{ start: 0, place: { file, line, column: 1 }, fixed: false }] }
}

/** A text that was computed and stands for one place. */
export function computedLine(text: string, { file, line, column }: Place): SourceLine {
  return { text, parts: [{ start: 0, place: { file, line, column }, fixed: true }] }
}

/** The index of the last part that starts at or before a character. */
function partAt({ parts }: SourceLine, index: number): number {
  let low = 0
  let high = parts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((parts[middle]?.start ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return low
}

/** Where the character at `index` was written. */
export function placeAt(source: SourceLine, index: number): Place {
  const part = source.parts[partAt(source, index)] ?? source.parts[0]
  const { file, line, column } = part.place
  return { file, line, column: part.fixed ? column : column + index - part.start }
}

/** The characters from `from` up to `to`, which keep their places. */
export function sliceLine(line: SourceLine, from: number, to: number = line.text.length): SourceLine {
  const index = partAt(line, from)
  const head: Part = { start: 0, place: placeAt(line, from), fixed: (line.parts[index] ?? line.parts[0]).fixed }
  const rest: Part[] = []
  for (let next = index + 1; next < line.parts.length; next += 1) {
    const part = line.parts[next]
    if (part === undefined || part.start >= to) break
    rest.push({ ...part, start: part.start - from })
  }
  return { text: line.text.slice(from, to), parts: [head, ...rest] }
}

/** Pieces put together, with `between` (one character) after each but the last. */
export function joinLines(pieces: readonly [SourceLine, ...SourceLine[]], between: '' | ' ' | '\n'): SourceLine {
  const parts: Part[] = []
  let text = ''
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) text += between
    for (const part of piece.parts) parts.push({ ...part, start: part.start + text.length })
    text += piece.text
  }
  const [first, ...rest] = parts
  return { text, parts: [first ?? pieces[0].parts[0], ...rest] }
}

/** The lines of a text that holds line ends. */
export function splitAtLineEnds(line: SourceLine): SourceLine[] {
  const lines: SourceLine[] = []
  let from = 0
  for (let end = line.text.indexOf('\n'); end >= 0; end = line.text.indexOf('\n', from)) {
    lines.push(sliceLine(line, from, end))
    from = end + 1
  }
  return [...lines, sliceLine(line, from)]
}

/** Without white space at both ends. */
export function trimLine(line: SourceLine): SourceLine {
  const from = line.text.length - line.text.trimStart().length
  return sliceLine(line, from, Math.max(from, line.text.trimEnd().length))
}
