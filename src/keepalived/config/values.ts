import { isIP } from 'node:net'
import type { Report } from './diagnostics.ts'
import type { ValueSpec } from './keyword.ts'
import type { Token } from './lexer.ts'
import { didYouMean } from './suggest.ts'

/** A `<…>` that a template left to be filled in. */
export function isPlaceholder(text: string): boolean {
  return /<[^>]*>|^<[A-Za-z]/.test(text) || text === '...'
}

/** A word without the backticks and the closing `;` or `,` that come with copies from web pages, which is said. */
export function mended(word: Token, report: Report): string {
  if (word.quoted) return word.text
  let text = word.text
  if (text.includes('`')) {
    text = text.replaceAll('`', '')
    report('warning', 'syntax', word, `backticks around ${text}, left out`, `write ${text}`)
  }
  if (/[;,；，]$/.test(text)) {
    const end = text.slice(-1)
    text = text.replace(/[;,；，]+$/, '')
    report('warning', 'syntax', word, `a line needs no ${end} at its end, left out`, `write ${text}`)
  }
  return text
}

/** Why a text is no address, as far as that can be said. */
export function addressFault(text: string): string {
  const high = text.split('.').find((part) => /^\d+$/.test(part) && Number(part) > 255)
  if (high !== undefined) return `${text} is no address: ${high} is above 255`
  return `${text} is no address`
}

function readNumber(spec: { min: number; max: number }, text: string, whole: boolean): number | string {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return `${text} is no number`
  const value = Number(text)
  if (whole && !Number.isInteger(value)) return `${text} is no whole number`
  if (value < spec.min || value > spec.max) return `${text} is outside ${spec.min}..${spec.max}`
  return value
}

function readChoice(of: readonly string[], word: Token, text: string, report: Report): { value: string } | string {
  if (of.includes(text)) return { value: text }
  const near = of.find((candidate) => candidate.toLowerCase() === text.toLowerCase()) ?? didYouMean(text, of)
  if (near === null) return `${text} is none of ${of.join(', ')}`
  report('warning', 'typo', word, `${text} is taken as ${near}`, `write ${near}`)
  return { value: near }
}

const TRUE = new Set(['true', 'on', 'yes', '1'])
const FALSE = new Set(['false', 'off', 'no', '0'])

/**
 * Reads one word as its spec says.
 * @returns the value; null when it is none, which is said with the keyword's name and the consequence.
 */
export function readValue(
  spec: ValueSpec,
  word: Token,
  keyword: { readonly name: string; readonly consequence: string },
  report: Report,
): string | number | boolean | null {
  if (spec.type === 'secret') return word.text
  const text = mended(word, report)
  const bad = (why: string): null => {
    report('error', 'value-bad', word, `${keyword.name}: ${why}`, keyword.consequence)
    return null
  }
  switch (spec.type) {
    case 'word':
    case 'words':
    case 'command':
    case 'host':
      return text === '' ? bad('an empty value') : text
    case 'integer':
    case 'seconds': {
      const value = readNumber(spec, text, spec.type === 'integer')
      return typeof value === 'string' ? bad(value) : value
    }
    case 'port': {
      const value = readNumber({ min: 1, max: 65535 }, text, true)
      return typeof value === 'string' ? bad(value) : value
    }
    case 'address':
      return isIP(text) === 0 ? bad(addressFault(text)) : text
    case 'boolean': {
      if (TRUE.has(text.toLowerCase())) return true
      return FALSE.has(text.toLowerCase()) ? false : bad(`${text} is neither true nor false`)
    }
    case 'choice': {
      const read = readChoice(spec.of, word, text, report)
      return typeof read === 'string' ? bad(read) : read.value
    }
  }
}
