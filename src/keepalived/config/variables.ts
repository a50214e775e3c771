import { dirname, resolve } from 'node:path'
import type { Place } from './diagnostics.ts'
import type { HiddenValue } from './hidden-values.ts'
import { computedLine, joinLines, placeAt, type SourceLine, sliceLine } from './source-line.ts'

/** What a file may ask of the place where it is read. */
export interface Surroundings {
  /** `-i ID`: what `@ID` lines are compared with, and `${_INSTANCE}`; keepalived's default is the host's short name. */
  readonly configId: string
  /** For `${_ENV NAME}`. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** 0 <= x < 1, for `${_RANDOM}`. */
  readonly random: () => number
}

const USE = /\$(?:\{([A-Za-z0-9_]+)((?:[ \t]+[^{}]*)?)\}|([A-Za-z0-9_]+)(?=\s|$))/g
const DEFINITION = /^\s*\$([A-Za-z_][A-Za-z0-9_]*)=/

/** `$NAME=` at the start of a line: the name, and where the value starts; null: no definition. */
export function definitionIn(text: string): { readonly name: string; readonly valueAt: number } | null {
  const found = DEFINITION.exec(text)
  const name = found?.[1]
  return found === null || name === undefined ? null : { name, valueAt: found[0].length }
}

/** Between `MIN` and `MAX` (0 and 32767), both included. */
function randomBetween(given: readonly string[], random: () => number): string {
  const [least = 0, most = 32767] = given.map(Number)
  if (!(least >= 0 && most >= least && Number.isSafeInteger(most))) return '0'
  return String(Math.floor(least + random() * (most - least + 1)))
}

/** The variables of a file and of what it includes: a later definition counts from its line on, as in keepalived. */
export class Variables {
  /** Values that came from the environment: no message may show them. */
  readonly hidden: HiddenValue[] = []
  readonly #surroundings: Surroundings
  readonly #values = new Map<string, SourceLine>()

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  define(name: string, value: SourceLine): void {
    this.#values.set(name, value)
  }

  /** Runs `within` while `values` are defined; afterwards they are what they were. */
  during(values: ReadonlyMap<string, SourceLine>, within: () => void): void {
    const before = [...values.keys()].map((name) => [name, this.#values.get(name)] as const)
    for (const [name, value] of values) this.#values.set(name, value)
    within()
    for (const [name, value] of before) {
      if (value === undefined) this.#values.delete(name)
      else this.#values.set(name, value)
    }
  }

  #valueOf(name: string, given: string, at: Place): SourceLine | null {
    const words = given.trim() === '' ? [] : given.trim().split(/\s+/)
    if (words.length === 0) {
      const value = this.#values.get(name)
      if (value !== undefined) return value
    }
    const { configId, environment, random } = this.#surroundings
    if (name === '_ENV') {
      const [variable = ''] = words
      const value = environment[variable]
      if (value === undefined) return null
      const plain = value.replace(/[\r\n]+/g, ' ')
      if (plain !== '') this.hidden.push({ value: plain, name: variable, file: at.file, line: at.line })
      return computedLine(plain, at)
    }
    if (name === '_RANDOM') return computedLine(randomBetween(words, random), at)
    if (words.length > 0) return null
    if (name === '_PWD') return computedLine(dirname(resolve(at.file)), at)
    if (name === '_INSTANCE') return computedLine(configId, at)
    if (name === '_HASH') return computedLine('#', at)
    return name === '_BANG' ? computedLine('!', at) : null
  }

  /**
   * One round of substitution: every `$NAME` before white space and every `${NAME}` whose value is known. What is not known stays as it is.
   * @returns null when there was nothing to substitute
   */
  substitute(line: SourceLine): SourceLine | null {
    const pieces: SourceLine[] = []
    let from = 0
    for (const found of line.text.matchAll(USE)) {
      const value = this.#valueOf(found[1] ?? found[3] ?? '', found[2] ?? '', placeAt(line, found.index))
      if (value === null) continue
      if (found.index > from) pieces.push(sliceLine(line, from, found.index))
      pieces.push(value)
      from = found.index + found[0].length
    }
    const [first, ...rest] = pieces
    if (first === undefined) return null
    return joinLines([first, ...rest, sliceLine(line, from)], '')
  }
}
