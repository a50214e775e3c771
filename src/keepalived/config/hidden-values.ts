import type { Diagnostic } from './config.ts'
import type { Place } from './diagnostics.ts'

/** A value that came from the environment variable `name`, and the line that used it. */
export interface HiddenValue extends Omit<Place, 'column'> {
  readonly value: string
  readonly name: string
}

/** Shorter values would be found in every other word: away from their line they are looked for as whole words. */
const SHORT = 4

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The value as messages show it: whole, or cut off. */
function shownForms(value: string): string[] {
  return [value, ...[40, 60].filter((length) => value.length > length).map((length) => value.slice(0, length))]
}

/** All that a message about this line must not show, the longest first, with the variable that it came from. */
function secretsFor(
  diagnostic: Diagnostic,
  hidden: readonly HiddenValue[],
): { pattern: RegExp; names: Map<string, string> } {
  const names = new Map<string, string>()
  const sources = hidden.flatMap(({ value, name, file, line }) => {
    const onItsLine = file === diagnostic.file && line === diagnostic.line
    const forms = onItsLine ? [value, ...value.split(/\s+/)].flatMap(shownForms) : shownForms(value)
    return forms
      .filter((text) => text !== '')
      .map((text) => {
        names.set(text, name)
        const source = escaped(text)
        return text.length < SHORT && !onItsLine ? `(?<![\\w.])${source}(?![\\w.])` : source
      })
  })
  return { pattern: new RegExp(sources.sort((a, b) => b.length - a.length).join('|'), 'g'), names }
}

/** Values of the environment are shown by the name of their variable: they may be passwords. */
export function withoutHidden(diagnostics: readonly Diagnostic[], hidden: readonly HiddenValue[]): Diagnostic[] {
  if (hidden.length === 0) return [...diagnostics]
  return diagnostics.map((diagnostic) => {
    const { pattern, names } = secretsFor(diagnostic, hidden)
    const hide = (text: string) => text.replace(pattern, (found) => `\${_ENV ${names.get(found) ?? ''}}`)
    return {
      ...diagnostic,
      message: hide(diagnostic.message),
      fix: diagnostic.fix === null ? null : hide(diagnostic.fix),
    }
  })
}
