/**
 * Whether a name fits one of the patterns and none of the negated ones (ssh_config(5), PATTERNS): `*`, `?`, `!`.
 */
export function fitsPatterns(name: string, patterns: readonly string[]): boolean {
  const fits = (pattern: string) => glob(pattern).test(name)
  if (patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1)))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && fits(pattern))
}

function glob(pattern: string): RegExp {
  // Runs of stars are one: `****x` must not take for ever.
  const source = pattern.replace(/\*+/g, '*').replace(/[\\^$+.()|[\]{}*?]/g, (c) => {
    if (c === '*') return '.*'
    return c === '?' ? '.' : `\\${c}`
  })
  return new RegExp(`^${source}$`, 's')
}
