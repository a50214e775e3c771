import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { fitsPatterns } from '../host-pattern.ts'

/** One setting of an ssh_config file. */
export interface Setting {
  /** Lower case. */
  readonly keyword: string
  readonly words: readonly string[]
  /** `file:line` */
  readonly at: string
  /** For which hosts it is; all of these must fit. */
  readonly scopes: readonly Scope[]
}

/** The condition of a Host or Match line. */
export type Scope =
  | { readonly t: 'host'; readonly patterns: readonly string[] }
  | { readonly t: 'match'; readonly criteria: readonly Criterion[]; readonly at: string }

export interface Criterion {
  readonly name: string
  readonly negated: boolean
  readonly patterns: readonly string[]
}

export interface ConfigFile {
  readonly settings: readonly Setting[]
  /** What can't be read, `file:line: why`. */
  readonly broken: readonly string[]
}

/** As deep as OpenSSH goes. */
const MAX_DEPTH = 16
/** Match criteria that take no word behind them. */
const BARE = new Set(['all', 'canonical', 'final'])

/** Where included files are looked for, and what `~` is. */
export interface ConfigPlace {
  readonly home: string
  /** Where relative includes begin: ~/.ssh, or /etc/ssh for the system's file. */
  readonly base: string
}

/** Reads ssh_config text of a file that is there, with all that it includes; none where it is not. */
export function readConfig(file: string, place: ConfigPlace): ConfigFile {
  const settings: Setting[] = []
  const broken: string[] = []
  readInto(file, place, [], 0, settings, broken)
  return { settings, broken }
}

function readInto(
  file: string,
  place: ConfigPlace,
  outer: readonly Scope[],
  depth: number,
  settings: Setting[],
  broken: string[],
): void {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return
  }
  let scopes = outer
  for (const [index, line] of text.split('\n').entries()) {
    const at = `${file}:${index + 1}`
    const [first, ...words] = wordsOf(line)
    if (first === undefined) continue
    const keyword = first.toLowerCase()
    if (words.length === 0) {
      broken.push(`${at}: ${first} has no value`)
    } else if (keyword === 'host') {
      scopes = [...outer, { t: 'host', patterns: words }]
    } else if (keyword === 'match') {
      scopes = [...outer, { t: 'match', criteria: criteriaOf(words), at }]
    } else if (keyword === 'include') {
      if (depth === MAX_DEPTH) broken.push(`${at}: files include each other too deeply`)
      else
        for (const found of words.flatMap((word) => filesOf(word, place)))
          readInto(found, place, scopes, depth + 1, settings, broken)
    } else settings.push({ keyword, words, at, scopes })
  }
}

/** Keyword and words of a line: blanks or one `=` between, quotes, `\` before quotes and blanks, `#` ends it. */
export function wordsOf(line: string): string[] {
  const [, keyword, rest = ''] = /^\s*"?([^\s="#]+)"?(?:\s*=\s*|\s+|$)(.*)$/.exec(line.trim()) ?? []
  if (keyword === undefined) return []
  const words: string[] = []
  for (const match of rest.matchAll(
    /#.*$|((?:"(?:\\["\\]|[^"])*"|'(?:\\['\\]|[^'])*'|\\["'\\ ]|[^\s"'#]|(?<=\S)#)+)/g,
  )) {
    const word = match[1]
    if (word === undefined) break
    words.push(word.replaceAll(/\\(["'\\ ])|["']/g, (_, escaped: string | undefined) => escaped ?? ''))
  }
  return [keyword, ...words]
}

function criteriaOf(words: readonly string[]): Criterion[] {
  const criteria: Criterion[] = []
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [name = '', value] = word.replace(/^!/, '').toLowerCase().split('=', 2)
    const patterns = BARE.has(name) ? [] : (value ?? left.shift() ?? '').split(',')
    criteria.push({ name, negated: word.startsWith('!'), patterns })
  }
  return criteria
}

/** The files that an Include means: `~`, relative to the base, wildcards in the last part. */
function filesOf(word: string, { home, base }: ConfigPlace): string[] {
  const path = resolve(base, word.replace(/^~(?=\/)/, home))
  const name = basename(path)
  if (!/[*?]/.test(name)) return [path]
  try {
    const found = readdirSync(dirname(path)).filter((entry) => !entry.startsWith('.') && fitsPatterns(entry, [name]))
    return found.sort().map((entry) => resolve(dirname(path), entry))
  } catch {
    return []
  }
}
