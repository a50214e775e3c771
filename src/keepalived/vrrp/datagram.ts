import type { Family } from './packet.ts'

/** Packets as they come from the network, before anything of them is believed. Pure. */

/** RFC 2402 with a digest of 96 bits: next header, length, reserved (2), SPI (4), sequence number (4), ICV (12). */
export const AUTHENTICATION_HEADER = 24
export const IPPROTO_AH = 51
const IPV4_HEADER = 20

export interface Datagram {
  readonly family: Family
  /** 4 or 16 bytes. */
  readonly source: Uint8Array
  readonly destination: Uint8Array
  /** TTL or hop limit; null: the kernel did not tell. */
  readonly hopLimit: number | null
  /** The VRRP message with whatever follows it. */
  readonly message: Buffer
  /** Fewer bytes have come than the IP header says. */
  readonly cut: boolean
  /** The whole packet, when an authentication header stands between IP header and message. */
  readonly authenticated: { readonly packet: Buffer; readonly headerLength: number } | null
}

/** An IPv4 packet with its header, as raw sockets yield it; null when the bytes are none. */
export function decodeIpv4(packet: Buffer): Datagram | null {
  if (packet.length < IPV4_HEADER || packet.readUInt8(0) >> 4 !== 4) return null
  const headerLength = (packet.readUInt8(0) & 0x0f) * 4
  if (headerLength < IPV4_HEADER || packet.length < headerLength) return null
  const totalLength = packet.readUInt16BE(2)
  const whole = packet.subarray(0, Math.max(headerLength, totalLength))
  const isAuthenticated = packet.readUInt8(9) === IPPROTO_AH
  const messageAt = headerLength + (isAuthenticated ? AUTHENTICATION_HEADER : 0)
  return {
    family: 4,
    source: Uint8Array.from(packet.subarray(12, 16)),
    destination: Uint8Array.from(packet.subarray(16, 20)),
    hopLimit: packet.readUInt8(8),
    message: whole.subarray(messageAt),
    cut: packet.length < totalLength || totalLength < messageAt,
    authenticated: isAuthenticated ? { packet: whole, headerLength } : null,
  }
}

/** The VRID that a packet is for, to find its instance; null when it is too short to say. */
export function vridOf({ message }: Datagram): number | null {
  return message[1] ?? null
}
