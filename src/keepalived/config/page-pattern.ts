import { flagOf, isSet, nodeOf, numberOf, textOf } from './access.ts'
import type { Report } from './diagnostics.ts'
import type { Block } from './interpret.ts'
import { translatePattern } from './translate-pattern.ts'

/** What a page must, or must not, have in it. */
export interface PagePattern {
  /** For JavaScript. */
  readonly source: string
  readonly flags: string
  /** The page is text in UTF-8, not bytes. */
  readonly utf: boolean
  /** A match makes the check fail. */
  readonly noMatch: boolean
  /** Byte from which on it is searched. */
  readonly minOffset: number
  /** Last byte at which a match may begin; null: anywhere. */
  readonly maxOffset: number | null
}

/** Options of keepalived's that change nothing here, or nothing that a search would show. */
const WITHOUT_EFFECT = new Set([
  'auto_callout',
  'never_ucp',
  'never_utf',
  'no_auto_possess',
  'no_dotstar_anchor',
  'no_start_optimize',
  'never_backslash_c',
  'use_offset_limit',
])
const WITH_EFFECT = ['caseless', 'dotall', 'multiline', 'dollar_endonly', 'utf', 'ucp']

/** null without a regex, or with one that can't be used, which is said. */
export function pagePattern(block: Block, report: Report): PagePattern | null {
  const text = textOf(block, 'regex')
  const at = nodeOf(block, 'regex')
  if (text === null || at === null) return null
  const given = nodeOf(block, 'regex_options')
  const options = new Set(given === null ? [] : String(given.values[0]).split(/\s+/).filter(Boolean))
  for (const option of options) {
    if (WITHOUT_EFFECT.has(option) || WITH_EFFECT.includes(option)) continue
    const said = `regex_options ${option} is not known here, ignored`
    report('warning', 'value-bad', given ?? at, said, `one of ${WITH_EFFECT.join(', ')}`)
  }
  const translated = translatePattern(text, options)
  if (typeof translated === 'string') {
    report('error', 'value-bad', at, `regex: ${translated}; the page is not searched`, 'JavaScript has no such pattern')
    return null
  }
  return {
    ...translated,
    utf: options.has('utf'),
    noMatch: flagOf(block, 'regex_no_match'),
    minOffset: numberOf(block, 'regex_min_offset'),
    maxOffset: isSet(block, 'regex_max_offset') ? numberOf(block, 'regex_max_offset') : null,
  }
}
