import { join } from 'node:path'
import type { Files } from './include.ts'

/** A pattern that names this many alternatives or more is no list of files. */
const MOST_ALTERNATIVES = 1000

/** Where the brace that opens at `open` closes, and the commas between, outside of inner braces; null: it never closes. */
function choicesOf(text: string, open: number): { readonly choices: string[]; readonly end: number } | null {
  const choices: string[] = []
  let depth = 0
  let from = open + 1
  for (let index = open; index < text.length; index += 1) {
    const char = text[index]
    if (char === '{') depth += 1
    if (char === '}') depth -= 1
    if ((char === ',' && depth === 1) || depth === 0) {
      choices.push(text.slice(from, index))
      from = index + 1
    }
    if (depth === 0) return { choices, end: index }
  }
  return null
}

/** `a{b,{c,d}}e` to `abe`, `ace`, `ade`, as csh does; a text without a pair of braces is itself. */
export function braceAlternatives(text: string): string[] {
  const open = text.indexOf('{')
  const found = open < 0 ? null : choicesOf(text, open)
  if (found === null) return [text]
  const ends = braceAlternatives(text.slice(found.end + 1))
  const starts = found.choices.flatMap(braceAlternatives)
  if (starts.length * ends.length > MOST_ALTERNATIVES) return [text]
  return [...new Set(starts.flatMap((start) => ends.map((end) => text.slice(0, open) + start + end)))]
}

export function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text)
}

/** `*`, `?` and `[…]` of one part of a path, as in a shell: hidden files only for a pattern that starts with a dot. */
function matching(pattern: string, names: readonly string[]): string[] {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('[!', '[^')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  try {
    const expression = new RegExp(`^${source}$`)
    return names.filter((name) => expression.test(name) && (pattern.startsWith('.') || !name.startsWith('.')))
  } catch {
    return []
  }
}

/** The paths that match an absolute or relative pattern with wildcards in any of its parts, in the order of their names. */
export function matchingPaths(pattern: string, files: Files): string[] {
  const [first = '', ...parts] = pattern.split('/')
  let found = [first === '' ? '/' : first]
  for (const part of parts.filter((name) => name !== '')) {
    found = hasWildcard(part)
      ? found.flatMap((directory) => matching(part, files.list(directory) ?? []).map((name) => join(directory, name)))
      : found.map((directory) => join(directory, part))
  }
  return found
}
