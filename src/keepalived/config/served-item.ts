import { isIP } from 'node:net'
import { addressBytes, addressText, compareAddresses } from '../vrrp/address.ts'
import type { Place, Report } from './diagnostics.ts'
import type { Token } from './lexer.ts'
import { addressFault, mended } from './values.ts'

/** An entry of virtual_server_group: every address from `first` to `last`. */
export type ServedItem = Place & {
  readonly type: 'served'
  readonly first: string
  readonly last: string
  /** null: none is given. */
  readonly port: number | null
}

/** The address with its last number (after the last dot, or colon) as written; IPv6 has it in hex. */
function withLast(address: string, last: string): string | null {
  const isV6 = address.includes(':')
  if (isIP(last) === isIP(address)) return last
  if (!(isV6 ? /^[0-9a-f]{1,4}$/i : /^\d{1,3}$/).test(last)) return null
  const end = addressBytes(address).slice()
  const value = Number.parseInt(last, isV6 ? 16 : 10)
  if (value > (isV6 ? 0xffff : 0xff)) return null
  if (isV6) end[end.length - 2] = value >> 8
  end[end.length - 1] = value & 0xff
  return addressText(end)
}

/** First and last address of a network. */
function network(address: string, mask: string): readonly [string, string] | null {
  const first = addressBytes(address).slice()
  const bits = Number(mask)
  if (!/^\d+$/.test(mask) || bits > first.length * 8) return null
  const last = first.slice()
  for (let bit = bits; bit < first.length * 8; bit += 1) {
    const index = bit >> 3
    const one = 0x80 >> (bit & 7)
    first[index] = (first[index] ?? 0) & ~one
    last[index] = (last[index] ?? 0) | one
  }
  return [addressText(first), addressText(last)]
}

/** `A`, `A-LAST`, `A-B` or `A/M`. @returns a sentence for what is none of them */
function rangeOf(text: string): readonly [string, string] | string {
  const [, address = '', sign, end = ''] = /^([^-/]*)(?:([-/])(.*))?$/.exec(text) ?? []
  if (isIP(address) === 0) return addressFault(address === '' ? text : address)
  if (sign === undefined) return [address, address]
  if (sign === '/') return network(address, end) ?? `/${end} is no prefix length of ${address}`
  const last = withLast(address, end)
  if (last === null) return `${text} is no range of addresses`
  const isDown = compareAddresses(addressBytes(last), addressBytes(address)) < 0
  return isDown ? `the range ${text} ends before it begins` : [address, last]
}

/** `ADDRESS [PORT]`, `RANGE [PORT]`, or `fwmark N [inet|inet6]`, which is for balancing only. What can't be read is said. */
export function readServed(words: readonly Token[], report: Report): ServedItem[] {
  const [word, second, ...more] = words
  if (word === undefined) return []
  if (word.text === 'fwmark') {
    report('note', 'accepted', word, 'fwmark has no effect: packets are not balanced here')
    return []
  }
  const range = rangeOf(mended(word, report))
  if (typeof range === 'string') {
    report('error', 'value-bad', word, `${range}; skipped`, 'ADDRESS PORT, as 10.0.0.1 80 or 10.0.0.1-9 80')
    return []
  }
  const port = second === undefined ? null : Number(mended(second, report))
  if (second !== undefined && !(Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    report('error', 'value-bad', second, `${second.text} is no port; ${word.text} skipped`)
    return []
  }
  const [extra] = more
  if (extra !== undefined) report('warning', 'syntax', extra, `"${extra.text}" after the port is ignored`)
  const { file, line, column } = word
  return [{ type: 'served', first: range[0], last: range[1], port, file, line, column }]
}
