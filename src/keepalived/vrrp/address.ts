/** Addresses as the 4 or 16 bytes that packets carry. Pure. */

/** @returns 4 bytes. @throws RangeError when it is no dotted quad. */
export function ipv4Bytes(text: string): Uint8Array {
  const parts = text.split('.')
  const bytes = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) throw new RangeError(`not an IPv4 address: ${text}`)
  return Uint8Array.from(bytes)
}

export function ipv4Text(bytes: Uint8Array): string {
  return bytes.join('.')
}

/** As numbers in network order: below zero when `a` is the lower address. */
export function compareAddresses(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

export function sameAddress(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** @returns 16 bytes. @throws RangeError; zone identifiers and embedded IPv4 are not accepted. */
export function ipv6Bytes(text: string): Uint8Array {
  const [head = '', tail, ...more] = text.split('::')
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const missing = 8 - left.length - right.length
  const all = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, missing)).fill('0'), ...right]
  const valid = more.length === 0 && all.length === 8 && all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
  if (!valid || (tail !== undefined && missing < 1)) throw new RangeError(`not an IPv6 address: ${text}`)
  return Uint8Array.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]))
}

/** @returns 4 or 16 bytes. @throws RangeError */
export function addressBytes(text: string): Uint8Array {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text)
}

/** IPv4 dotted, IPv6 as RFC 5952 writes it: lower case, the longest run of zeros (two groups at least) as `::`. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length !== 16) return ipv4Text(bytes)
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0))
  const runs = groups.map((_, start) => {
    const end = groups.findIndex((group, index) => index >= start && group !== 0)
    return { start, length: (end < 0 ? 8 : end) - start }
  })
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best))
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  if (longest.length < 2) return hex(groups)
  return `${hex(groups.slice(0, longest.start))}::${hex(groups.slice(longest.start + longest.length))}`
}

export function isMulticast(bytes: Uint8Array): boolean {
  return bytes.length === 16 ? bytes[0] === 0xff : (bytes[0] ?? 0) >> 4 === 0xe
}

/** fe80::/10 */
export function isLinkLocal(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80
}
