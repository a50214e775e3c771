import { isIP } from 'node:net'
import type { VirtualAddress } from './config.ts'
import type { Place, Report } from './diagnostics.ts'
import type { ItemType } from './keyword.ts'
import type { Token } from './lexer.ts'
import { type PeerItem, readPeers } from './peer-item.ts'
import { type RouteItem, type RuleItem, readRoute, readRule } from './route-item.ts'
import { readServed, type ServedItem } from './served-item.ts'
import { type DelayItem, readDelay, readTracked, type TrackedItem } from './tracked-item.ts'
import { addressFault, isPlaceholder, mended } from './values.ts'

/** One entry of a list block. */
export type Item =
  | TrackedItem
  | DelayItem
  | ServedItem
  | (Place & { readonly type: 'text'; readonly text: string })
  | PeerItem
  | RouteItem
  | RuleItem
  | (Place & { readonly type: 'address'; readonly value: VirtualAddress })

const placeOf = ({ file, line, column }: Place): Place => ({ file, line, column })

/** Words of an address line that take a value, and those that don't; dev, label, preferred_lft and no_track act. */
const ADDRESS_VALUES = new Set(['dev', 'label', 'brd', 'broadcast', 'scope', 'peer', 'track_group', 'preferred_lft'])
const ADDRESS_FLAGS = new Set(['-nodad', 'nodad', 'home', 'mngtmpaddr', 'noprefixroute', 'autojoin', 'use_vmac'])

/** `A[/M]`, or null with the reason said. */
function readAddress(word: Token, report: Report): { address: string; family: 4 | 6; prefix: number } | null {
  const text = mended(word, report)
  const [address = '', mask, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) {
    report('error', 'value-bad', word, `${addressFault(address)}; skipped`, 'correct it or remove the line')
    return null
  }
  const most = family === 4 ? 32 : 128
  const prefix = mask === undefined ? most : Number(mask)
  if (mask !== undefined && (!/^\d+$/.test(mask) || prefix > most)) {
    report(
      'error',
      'value-bad',
      word,
      `/${mask} is no prefix length of 0..${most}; ${address} skipped`,
      `/${most} is one address`,
    )
    return null
  }
  return { address, family: family === 4 ? 4 : 6, prefix }
}

function readAddresses(words: readonly Token[], report: Report): Item[] {
  const found: { at: Place; value: VirtualAddress }[] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]
    if (word === undefined) break
    const current = found.at(-1)
    if (current === undefined || isIP(word.text.split('/')[0] ?? '') !== 0) {
      const read = readAddress(word, report)
      if (read === null) break
      if (index > 0) report('warning', 'syntax', word, 'a second address on one line', 'one address a line')
      found.push({ at: placeOf(word), value: { ...read, dev: null, label: null } })
    } else if (ADDRESS_VALUES.has(word.text)) {
      index += 1
      const value = words[index]?.text
      if (value === undefined) report('warning', 'value-missing', word, `${word.text} has no value, ignored`)
      else if (word.text === 'dev') current.value = { ...current.value, dev: value }
      else if (word.text === 'preferred_lft') {
        const preferred = value === 'forever' ? value : Number(value)
        if (preferred === 'forever' || (Number.isInteger(preferred) && preferred >= 0)) {
          current.value = { ...current.value, preferred }
        } else report('warning', 'value-bad', word, `preferred_lft ${value} is neither seconds nor forever, ignored`)
      } else if (word.text === 'scope' && value === 'global') continue
      else if (word.text !== 'label')
        report('note', 'accepted', word, `${word.text} ${value} is not set on the address here`)
      else if (value.length <= 15) current.value = { ...current.value, label: value }
      else report('error', 'value-bad', word, `label ${value} is longer than 15 characters, ignored`, 'shorten it')
    } else if (word.text === 'no_track') {
      current.value = { ...current.value, noTrack: true }
    } else if (ADDRESS_FLAGS.has(word.text)) {
      report('note', 'accepted', word, `${word.text} has no effect here`)
    } else {
      report('warning', 'unknown', word, `${word.text} means nothing after an address, ignored`)
    }
  }
  return found.map(({ at, value }) => ({ type: 'address', value, ...at }))
}

function readTexts(type: ItemType, words: readonly Token[], report: Report): Item[] {
  return words.flatMap((word): Item[] => {
    const text = mended(word, report)
    if (type === 'mail' && !text.includes('@')) {
      report('warning', 'value-bad', word, `${text} is no mail address, skipped`)
      return []
    }
    return text === '' ? [] : [{ type: 'text', text, ...placeOf(word) }]
  })
}

/** One line of a list block. What can't be read is said and left out. */
export function readItems(type: ItemType, words: readonly Token[], report: Report): Item[] {
  const placeholder = words.find((word) => !word.quoted && isPlaceholder(word.text))
  if (placeholder !== undefined) {
    report(
      'warning',
      'placeholder',
      placeholder,
      `${placeholder.text} was left from a template, line skipped`,
      'fill it in',
    )
    return []
  }
  if (type === 'virtual-address') return readAddresses(words, report)
  if (type === 'peer') return readPeers(words, report)
  if (type === 'route') return readRoute(words, report)
  if (type === 'rule') return readRule(words, report)
  if (type === 'tracked') return readTracked(words, report)
  if (type === 'delay') return readDelay(words, report)
  if (type === 'served') return readServed(words, report)
  return readTexts(type, words, report)
}
