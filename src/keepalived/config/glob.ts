import { join } from 'node:path'
import type { Files } from './include.ts'

/** A pattern that names this many alternatives or more is no list of files. */
const MOST_ALTERNATIVES = 1000

/** `a{b,{c,d}}e` to `abe`, `ace`, `ade`, as csh does; a text without a pair of braces is itself. */
export function braceAlternatives(text: string): string[] {
  let all = [text]
  for (let expanded = true; expanded; ) {
    expanded = false
    const next: string[] = []
    for (const one of all) {
      const found = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(one)
      if (found === null) next.push(one)
      else {
        expanded = true
        for (const choice of (found[2] ?? '').split(',')) next.push(`${found[1] ?? ''}${choice}${found[3] ?? ''}`)
      }
    }
    if (next.length > MOST_ALTERNATIVES) return all
    all = next
  }
  return [...new Set(all)]
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
