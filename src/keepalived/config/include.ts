import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Report } from './diagnostics.ts'
import { lexLine, splitLines, type Token } from './lexer.ts'

/** Where included files come from. Both return null for what is not there or can't be read. */
export interface Files {
  readonly read: (path: string) => string | null
  readonly list: (directory: string) => readonly string[] | null
}

/** A larger file is no configuration. */
const MOST_BYTES = 4 * 1024 * 1024
const MOST_FILES = 200
const MOST_DEPTH = 16

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

const INCLUDE = new Set(['include', 'includer', 'includem', 'includew', 'includeb', 'includea'])

/** `*`, `?` and `[…]` in the last part of a path, as in a shell. */
function matching(pattern: string, names: readonly string[]): string[] {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  try {
    const expression = new RegExp(`^${source}$`)
    return names.filter((name) => expression.test(name) && (pattern.startsWith('.') || !name.startsWith('.')))
  } catch {
    return []
  }
}

function pathsOf(pattern: string, from: string, files: Files): string[] {
  const path = isAbsolute(pattern) ? pattern : join(dirname(from), pattern)
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (!/[*?[]/.test(name)) return [path]
  return matching(name, files.list(dirname(path)) ?? []).map((found) => join(dirname(path), found))
}

/**
 * The tokens of a file line by line, with `include PATTERN` replaced by what it names, relative to the including file.
 * A file that is missing, includes itself, or is nested too deep is said as an error and left out.
 */
export function lexFile(text: string, file: string, files: Files, report: Report): Token[][] {
  let count = 0
  const visit = (body: string, name: string, above: readonly string[]): Token[][] =>
    splitLines(body, name, report).flatMap((line, index) => {
      const tokens = lexLine(line, name, index + 1, report)
      const [keyword, pattern] = tokens
      if (keyword?.kind !== 'word' || !INCLUDE.has(keyword.text)) return [tokens]
      if (pattern?.kind !== 'word') {
        report('error', 'value-missing', keyword, 'include names no file')
        return []
      }
      const paths = pathsOf(pattern.text, name, files)
      if (paths.length === 0) report('note', 'accepted', pattern, `include ${pattern.text} matches no file`)
      return paths.flatMap((path) => {
        count += 1
        if ([...above, name].includes(path)) {
          report('error', 'conflict', pattern, `${path} includes itself, skipped`)
          return []
        }
        if (count > MOST_FILES || above.length >= MOST_DEPTH) {
          report(
            'error',
            'conflict',
            pattern,
            `too many included files (${MOST_FILES}) or levels (${MOST_DEPTH}), skipped`,
          )
          return []
        }
        const included = files.read(path)
        if (included === null) {
          report(
            'error',
            'value-bad',
            pattern,
            `can't read ${path}, which is included here`,
            'create it or remove the line',
          )
          return []
        }
        return visit(included, path, [...above, name])
      })
    })
  return visit(text, file, [])
}
