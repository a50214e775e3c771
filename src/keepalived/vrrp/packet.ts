/**
 * VRRP messages as bytes: version 2 (RFC 3768, RFC 2338 for PASS) and version 3 (RFC 9568) over IPv4. Pure.
 *
 *     0        1        2        3
 *     ver|type  vrid     priority count
 *     v2: auth type, interval (s)      v3: 4 bits reserved, 12 bits interval (cs)
 *     checksum (2 bytes)
 *     addresses, 4 bytes each
 *     v2: 8 bytes of authentication data
 */
const HEADER = 8
const AUTH_DATA = 8
const ADVERTISEMENT = 1
const IPPROTO_VRRP = 112

export const AUTH_TYPE = { none: 0, pass: 1, ah: 2 } as const

export interface Advert {
  readonly version: 2 | 3
  readonly vrid: number
  /** 0: the sender is leaving. */
  readonly priority: number
  /** ms, Max Advertise Interval of version 3, Adver Int of version 2. */
  readonly intervalMs: number
  /** 4 bytes each. */
  readonly addresses: readonly Uint8Array[]
  readonly auth: { readonly type: number; readonly data: Uint8Array }
}

export interface IpHeader {
  readonly source: Uint8Array
  readonly destination: Uint8Array
  readonly ttl: number
  readonly totalLength: number
  readonly headerLength: number
}

export const NO_AUTH: Advert['auth'] = { type: AUTH_TYPE.none, data: new Uint8Array(AUTH_DATA) }

/** Simple text authentication: the first eight bytes of the password, padded with zeros. */
export function passwordAuth(password: string): Advert['auth'] {
  const data = new Uint8Array(AUTH_DATA)
  data.set(Buffer.from(password).subarray(0, AUTH_DATA))
  return { type: AUTH_TYPE.pass, data }
}

/**
 * The VRRP message without its IP header.
 * @param source,destination 4 bytes each; part of the checksum in version 3.
 */
export function encodeAdvert(advert: Advert, source: Uint8Array, destination: Uint8Array): Buffer {
  const listed = advert.addresses.length * 4
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
  for (const [index, address] of advert.addresses.entries()) message.set(address, HEADER + index * 4)
  message.writeUInt16BE(advertChecksum(message, source, destination), 6)
  return message
}

/** Fields of a message, unchecked; null when it is too short for what it says. */
export function decodeAdvert(message: Buffer): (Advert & { readonly type: number }) | null {
  if (message.length < HEADER) return null
  const version = message.readUInt8(0) >> 4
  const count = message.readUInt8(3)
  const authAt = HEADER + count * 4
  if (message.length < authAt + (version === 2 ? AUTH_DATA : 0)) return null
  const addresses = Array.from({ length: count }, (_, index) =>
    Uint8Array.from(message.subarray(HEADER + index * 4, HEADER + index * 4 + 4)),
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

/** Null when the bytes are no IPv4 header. */
export function decodeIpHeader(packet: Buffer): IpHeader | null {
  if (packet.length < 20 || packet.readUInt8(0) >> 4 !== 4) return null
  const headerLength = (packet.readUInt8(0) & 0x0f) * 4
  if (headerLength < 20 || packet.length < headerLength) return null
  return {
    source: Uint8Array.from(packet.subarray(12, 16)),
    destination: Uint8Array.from(packet.subarray(16, 20)),
    ttl: packet.readUInt8(8),
    totalLength: packet.readUInt16BE(2),
    headerLength,
  }
}

/**
 * What the checksum field must hold. Version 2 sums the message with its authentication data;
 * version 3 adds the pseudo header (source, destination, protocol, length), as keepalived does for IPv4.
 */
export function advertChecksum(message: Uint8Array, source: Uint8Array, destination: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < message.length; at += 2) {
    if (at !== 6) sum += word(message, at)
  }
  if ((message[0] ?? 0) >> 4 === 3) {
    sum += word(source, 0) + word(source, 2) + word(destination, 0) + word(destination, 2)
    sum += IPPROTO_VRRP + message.length
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
