import type { Report } from './diagnostics.ts'
import { repetitionIn } from './sequence.ts'
import { joinLines, placeAt, type SourceLine, sliceLine, splitAtLineEnds, trimLine } from './source-line.ts'
import { definitionIn, type Variables } from './variables.ts'

/** A variable that stands in its own value would go on for ever. */
const MOST_DEPTH = 40
const MOST_LINES = 1_000_000
const MOST_CHARACTERS = 64 * 1024 * 1024
const LONGEST_LINE = 256 * 1024

const CONDITION = /^\s*@(\^?)(\S*)\s*/

/** Lines that need none of this are most lines. */
export function isPlain(text: string): boolean {
  return !/[$@~]/.test(text)
}

/** Lines after conditions, definitions, substitution and repetition; what goes on without end is said once and cut off. */
export class Expansion {
  readonly #variables: Variables
  readonly #configId: string
  readonly #report: Report
  #lines = 0
  #characters = 0
  #overflown = false

  constructor(variables: Variables, configId: string, report: Report) {
    this.#variables = variables
    this.#configId = configId
    this.#report = report
  }

  #isTooMuch(line: SourceLine, depth: number): boolean {
    this.#lines += 1
    this.#characters += line.text.length
    const ended = this.#lines > MOST_LINES || this.#characters > MOST_CHARACTERS
    if (!ended && depth <= MOST_DEPTH && line.text.length <= LONGEST_LINE) return false
    if (!this.#overflown) {
      const said = 'a variable that is used in its own value, or too many repetitions; the rest is left out'
      this.#report('error', 'syntax', placeAt(line, 0), said, 'look for $NAME in the value of NAME')
    }
    this.#overflown = true
    return true
  }

  /** Gives `emit` the lines that one line means: none, itself, or many. */
  expand(line: SourceLine, emit: (line: SourceLine) => void, depth = 0): void {
    if (isPlain(line.text)) {
      emit(line)
      return
    }
    if (this.#overflown || this.#isTooMuch(line, depth)) return
    const repeated = repetitionIn(line)
    if (typeof repeated === 'string') {
      // A variable between the parentheses: known after one round of substitution.
      const filled = this.#variables.substitute(line)
      if (filled !== null) this.expand(filled, emit, depth + 1)
      else this.#report('error', 'value-bad', placeAt(line, 0), `~SEQ or ~LST: ${repeated}; the line is skipped`)
      return
    }
    if (repeated !== null) {
      for (const round of repeated.rounds) {
        this.#variables.during(round, () => this.expand(repeated.rest, emit, depth + 1))
      }
      return
    }
    const condition = CONDITION.exec(line.text)
    if (condition !== null) {
      const [whole, not, id] = condition
      // `@mmha` is ours: keepalived, whose -i says otherwise, skips the line.
      if ((id === this.#configId || id === 'mmha') !== (not === '^'))
        this.expand(sliceLine(line, whole.length), emit, depth + 1)
      return
    }
    const definition = definitionIn(line.text)
    if (definition !== null) {
      this.#variables.define(definition.name, trimLine(sliceLine(line, definition.valueAt)))
      return
    }
    const substituted = this.#variables.substitute(line)
    if (substituted === null) {
      emit(line)
      return
    }
    for (const part of splitAtLineEnds(substituted)) this.expand(part, emit, depth + 1)
  }
}

const CONTINUED = /\\\s*$/
const isDefinition = (text: string) => definitionIn(text.replace(/^\s*(@\S+\s+)*/, '')) !== null

/**
 * Joins lines that end in `\` with the next one: in a definition they stay lines of its value, elsewhere they become one line.
 * A blank line ends it. Comments are gone already.
 */
export function joinContinued(lines: readonly SourceLine[], report: Report): SourceLine[] {
  const joined: SourceLine[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const first = lines[index]
    if (first === undefined) break
    if (!CONTINUED.test(first.text)) {
      joined.push(first)
      continue
    }
    const defines = isDefinition(first.text)
    const pieces: [SourceLine, ...SourceLine[]] = [trimLine(sliceLine(first, 0, first.text.search(CONTINUED)))]
    let open = true
    while (open && index + 1 < lines.length) {
      index += 1
      const next = lines[index]
      if (next === undefined || next.text.trim() === '') break
      open = CONTINUED.test(next.text)
      pieces.push(trimLine(open ? sliceLine(next, 0, next.text.search(CONTINUED)) : next))
    }
    if (!defines) {
      const said = 'the line goes on after \\; keepalived before 2.3 does that only in $NAME= definitions'
      report('note', 'syntax', placeAt(first, first.text.search(CONTINUED)), said, 'write it on one line')
    }
    joined.push(joinLines(pieces, defines ? '\n' : ' '))
  }
  return joined
}
