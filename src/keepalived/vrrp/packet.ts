/**
 * VRRP messages as bytes: version 2 (RFC 3768, RFC 2338 for PASS) over IPv4, version 3 (RFC 9568) over IPv4 and IPv6. Pure.
 *
 *     0        1        2        3
 *     ver|type  vrid     priority count
 *     v2: auth type, interval (s)      v3: 4 bits reserved, 12 bits interval (cs)
 *     checksum (2 bytes)
 *     addresses, 4 or 16 bytes each
 *     v2: 8 bytes of authentication data
 */
const HEADER = 8
const AUTH_DATA = 8
const ADVERTISEMENT = 1
export const IPPROTO_VRRP = 112

export const AUTH_TYPE = { none: 0, pass: 1, ah: 2 } as const

export type Family = 4 | 6

export interface Advert {
  readonly version: 2 | 3
  readonly vrid: number
  /** 0: the sender is leaving. */
  readonly priority: number
  /** ms, Max Advertise Interval of version 3, Adver Int of version 2. */
  readonly intervalMs: number
  /** 4 or 16 bytes each. */
  readonly addresses: readonly Uint8Array[]
  readonly auth: { readonly type: number; readonly data: Uint8Array }
}

/**
 * What the checksum of version 3 over IPv4 is made of besides the message: the pseudo header, or nothing (`message`:
 * v3_checksum_as_v2). Over IPv6 it is always the pseudo header.
 */
export type ChecksumScope = 'pseudo' | 'message'

export const NO_AUTH: Advert['auth'] = { type: AUTH_TYPE.none, data: new Uint8Array(AUTH_DATA) }
/** The message itself says only that an authentication header stands before it. */
export const AH_AUTH: Advert['auth'] = { type: AUTH_TYPE.ah, data: new Uint8Array(AUTH_DATA) }

/** The first eight bytes of the password, padded with zeros. */
export function passwordBytes(password: string): Uint8Array {
  const data = new Uint8Array(AUTH_DATA)
  data.set(Buffer.from(password).subarray(0, AUTH_DATA))
  return data
}

/** Simple text authentication. */
export function passwordAuth(password: string): Advert['auth'] {
  return { type: AUTH_TYPE.pass, data: passwordBytes(password) }
}

/**
 * The VRRP message without its IP header.
 * @param source,destination 4 or 16 bytes each, which tells the family; part of the checksum in version 3.
 */
export function encodeAdvert(
  advert: Advert,
  source: Uint8Array,
  destination: Uint8Array,
  scope: ChecksumScope = 'pseudo',
): Buffer {
  const width = source.length
  const listed = advert.addresses.length * width
  const message = Buffer.alloc(HEADER + listed + (advert.version === 2 ? AUTH_DATA : 0))
  message.writeUInt8((advert.version << 4) | ADVERTISEMENT, 0)
  message.writeUInt8(advert.vrid, 1)
  message.writeUInt8(advert.priority, 2)
  message.writeUInt8(advert.addresses.length, 3)
  if (advert.version === 2) {
    message.writeUInt8(advert.auth.type, 4)
    message.writeUInt8(Math.round(advert.intervalMs / 1000), 5)
    message.set(advert.auth.data, HEADER + listed)
  } else {
    message.writeUInt16BE(Math.round(advert.intervalMs / 10) & 0x0fff, 4)
  }
  for (const [index, address] of advert.addresses.entries()) message.set(address, HEADER + index * width)
  writeChecksum(message, source, destination, scope)
  return message
}

/** Puts the checksum into its field. */
export function writeChecksum(
  message: Buffer,
  source: Uint8Array,
  destination: Uint8Array,
  scope: ChecksumScope = 'pseudo',
): void {
  message.writeUInt16BE(advertChecksum(message, source, destination, scope), 6)
}

/** Bytes that a message has by its own count of addresses; null when not even its header is there. */
export function advertLength(message: Uint8Array, family: Family): number | null {
  const [head = 0, , , count = 0] = message
  if (message.length < HEADER) return null
  return HEADER + count * (family === 4 ? 4 : 16) + (head >> 4 === 2 ? AUTH_DATA : 0)
}

/** Fields of a message, unchecked; null when it is too short for what it says. */
export function decodeAdvert(message: Buffer, family: Family = 4): (Advert & { readonly type: number }) | null {
  const length = advertLength(message, family)
  if (length === null || message.length < length) return null
  const version = message.readUInt8(0) >> 4
  const width = family === 4 ? 4 : 16
  const count = message.readUInt8(3)
  const authAt = HEADER + count * width
  const addresses = Array.from({ length: count }, (_, index) =>
    Uint8Array.from(message.subarray(HEADER + index * width, HEADER + (index + 1) * width)),
  )
  return {
    version: version === 2 ? 2 : 3,
    type: message.readUInt8(0) & 0x0f,
    vrid: message.readUInt8(1),
    priority: message.readUInt8(2),
    intervalMs: version === 2 ? message.readUInt8(5) * 1000 : (message.readUInt16BE(4) & 0x0fff) * 10,
    addresses,
    auth:
      version === 2
        ? { type: message.readUInt8(4), data: Uint8Array.from(message.subarray(authAt, authAt + AUTH_DATA)) }
        : NO_AUTH,
  }
}

/**
 * What the checksum field must hold. Version 2 sums the message with its authentication data; version 3 adds the
 * pseudo header (source, destination, protocol, length), as keepalived does for IPv4 and RFC 9568 asks for IPv6.
 */
export function advertChecksum(
  message: Uint8Array,
  source: Uint8Array,
  destination: Uint8Array,
  scope: ChecksumScope = 'pseudo',
): number {
  let sum = 0
  for (let at = 0; at < message.length; at += 2) {
    if (at !== 6) sum += word(message, at)
  }
  if ((message[0] ?? 0) >> 4 === 3 && (scope === 'pseudo' || source.length === 16)) {
    for (let at = 0; at < source.length; at += 2) sum += word(source, at) + word(destination, at)
    sum += IPPROTO_VRRP + message.length
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
