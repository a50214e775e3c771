/** IPv4 addresses as the four bytes that packets carry. Pure. */

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
