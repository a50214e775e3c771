import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Place, Report } from './diagnostics.ts'
import { braceAlternatives, hasWildcard, matchingPaths } from './glob.ts'

/** Where included files come from. Both return null for what is not there or can't be read. */
export interface Files {
  readonly read: (path: string) => string | null
  readonly list: (directory: string) => readonly string[] | null
}

/** A larger file is no configuration. */
const MOST_BYTES = 4 * 1024 * 1024

/** Regular files of this host. */
export const HOST_FILES: Files = {
  read: (path) => {
    try {
      const stat = statSync(path)
      return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(path, 'utf8') : null
    } catch {
      return null
    }
  },
  list: (directory) => {
    try {
      return readdirSync(directory).sort()
    } catch {
      return null
    }
  },
}

export const NO_FILES: Files = { read: () => null, list: () => null }

/** What of a pattern must exist. A plain name must exist always. */
export type IncludeCheck = 'readable' | 'match' | 'wildcard_match' | 'brace_match'
const CHECKS: readonly IncludeCheck[] = ['readable', 'match', 'wildcard_match', 'brace_match']

const BY_KEYWORD: Readonly<Record<string, readonly IncludeCheck[]>> = {
  include: [],
  includer: ['readable'],
  includem: ['match'],
  includew: ['wildcard_match'],
  includeb: ['brace_match'],
  includea: CHECKS,
}

/** `include… PATTERN` of a line. `pattern` is empty when the line names none. */
export interface Include {
  readonly keyword: string
  readonly pattern: string
  /** Where the pattern starts in the line. */
  readonly patternAt: number
}

const LINE = /^\s*(include[rmwba]?)(?![^\s])(\s*)(?:"([^"]*)"|(\S*))/

export function includeIn(text: string): Include | null {
  const found = text.includes('include') ? LINE.exec(text) : null
  if (found === null) return null
  const pattern = found[3] ?? found[4] ?? ''
  return { keyword: found[1] ?? '', pattern, patternAt: found[0].length - (found[4] ?? `"${pattern}"`).length }
}

/** `include_check [+match -readable …]`: the checks that hold from this line on; null when it is no such line. */
export function includeCheckIn(
  text: string,
  before: ReadonlySet<IncludeCheck>,
  at: Place,
  report: Report,
): ReadonlySet<IncludeCheck> | null {
  const found = /^\s*include_check(?:\s+(.*))?$/.exec(text)
  if (found === null) return null
  const words = (found[1] ?? '').trim() === '' ? CHECKS : (found[1] ?? '').trim().split(/\s+/)
  const relative = words.every((word) => /^[+-]/.test(word))
  const checks = new Set(relative ? before : [])
  for (const word of words) {
    const check = CHECKS.find((name) => name === word.replace(/^[+-]/, ''))
    if (check === undefined)
      report('warning', 'value-bad', at, `include_check: ${word} is none of ${CHECKS.join(', ')}`)
    else if (word.startsWith('-')) checks.delete(check)
    else checks.add(check)
  }
  return checks
}

/** The files that an include means, relative to the file it stands in. What must be there and is not is said. */
export function includedPaths(
  include: Include,
  from: string,
  checks: ReadonlySet<IncludeCheck>,
  files: Files,
  at: Place,
  report: Report,
): string[] {
  const wanted = new Set([...checks, ...(BY_KEYWORD[include.keyword] ?? [])])
  const alternatives = braceAlternatives(include.pattern)
  return alternatives.flatMap((alternative) => {
    const path = isAbsolute(alternative) ? alternative : join(dirname(from), alternative)
    if (hasWildcard(path)) {
      const found = matchingPaths(path, files)
      if (found.length > 0) return found
      const said = `${include.keyword} ${alternative} matches no file`
      if (wanted.has('wildcard_match')) report('error', 'value-bad', at, said, 'create one, or write include')
      else report('note', 'accepted', at, said)
      return []
    }
    if (alternatives.length === 1 || files.read(path) !== null) return [path]
    const said = `${alternative} of ${include.pattern} is not there`
    if (wanted.has('brace_match')) report('error', 'value-bad', at, said, 'create it, or write include')
    else report('note', 'accepted', at, said)
    return []
  })
}
