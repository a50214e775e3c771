import type { Diagnostic } from './config.ts'

/** Shorter values would be found in every other word, so they are looked for as whole words. */
const SHORT = 4

function patternOf(value: string): RegExp {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(value.length < SHORT ? `(?<![\\w.])${escaped}(?![\\w.])` : escaped, 'g')
}

/** Values of the environment, whole or cut off by a message, are shown by the name of their variable: they may be passwords. */
export function withoutHidden(diagnostics: readonly Diagnostic[], hidden: ReadonlyMap<string, string>): Diagnostic[] {
  if (hidden.size === 0) return [...diagnostics]
  const values = [...hidden].flatMap(([value, name]) => {
    const cut = [40, 60].filter((length) => value.length > length).map((length) => value.slice(0, length))
    return [value, ...cut].map((text) => ({ text, name }))
  })
  const patterns = values
    .sort((a, b) => b.text.length - a.text.length)
    .map(({ text, name }) => ({ pattern: patternOf(text), shown: `\${_ENV ${name}}` }))
  const hide = (text: string) => patterns.reduce((left, { pattern, shown }) => left.replace(pattern, () => shown), text)
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    message: hide(diagnostic.message),
    fix: diagnostic.fix === null ? null : hide(diagnostic.fix),
  }))
}
