import { createHmac, timingSafeEqual } from 'node:crypto'
import { AUTHENTICATION_HEADER, type Datagram, IPPROTO_AH } from './datagram.ts'
import { IPPROTO_VRRP } from './packet.ts'

/**
 * auth_type AH: RFC 2402 with HMAC-MD5-96 as keepalived speaks it. The SPI is the sender's address; of multicast packets
 * the TTL is protected, too, because nobody on the way may change it. Pure.
 */

const IPV4_HEADER = 20
const ICV = 12
/** In words of 32 bits, less two. */
const LENGTH_FIELD = AUTHENTICATION_HEADER / 4 - 2
const INTERNETWORK_CONTROL = 0xc0

export interface AuthenticatedPacket {
  /** 8 bytes: the password, padded with zeros. */
  readonly key: Uint8Array
  /** Grows with each packet; the peer drops what it has seen. */
  readonly sequence: number
  /** 1..65535: the kernel would choose one for 0, and the digest covers it. */
  readonly identification: number
  readonly ttl: number
  readonly unicast: boolean
}

/** A whole IPv4 packet: header, authentication header, message. The kernel fills in the header's checksum. */
export function authenticatedPacket(
  message: Uint8Array,
  source: Uint8Array,
  destination: Uint8Array,
  { key, sequence, identification, ttl, unicast }: AuthenticatedPacket,
): Buffer {
  const packet = Buffer.alloc(IPV4_HEADER + AUTHENTICATION_HEADER + message.length)
  packet.writeUInt8(0x45, 0)
  packet.writeUInt8(INTERNETWORK_CONTROL, 1)
  packet.writeUInt16BE(packet.length, 2)
  packet.writeUInt16BE(identification, 4)
  packet.writeUInt8(ttl, 8)
  packet.writeUInt8(IPPROTO_AH, 9)
  packet.set(source, 12)
  packet.set(destination, 16)
  packet.writeUInt8(IPPROTO_VRRP, IPV4_HEADER)
  packet.writeUInt8(LENGTH_FIELD, IPV4_HEADER + 1)
  packet.set(source, IPV4_HEADER + 4)
  packet.writeUInt32BE(sequence, IPV4_HEADER + 8)
  packet.set(message, IPV4_HEADER + AUTHENTICATION_HEADER)
  packet.set(digest(packet, IPV4_HEADER, key, unicast), IPV4_HEADER + AUTHENTICATION_HEADER - ICV)
  return packet
}

export type AuthenticationFault = 'otherProtocol' | 'digest' | 'spi' | 'replay'

/**
 * Checks the header of a received packet.
 * @param seen the highest sequence number so far, of whomever
 * @returns its sequence number, or what is wrong
 */
export function checkAuthenticationHeader(
  { authenticated, source }: Datagram,
  key: Uint8Array,
  unicast: boolean,
  seen: number,
): number | AuthenticationFault {
  if (authenticated === null || authenticated.packet.length < authenticated.headerLength + AUTHENTICATION_HEADER) {
    return 'digest'
  }
  const { packet, headerLength } = authenticated
  const header = packet.subarray(headerLength, headerLength + AUTHENTICATION_HEADER)
  if (header.readUInt8(0) !== IPPROTO_VRRP) return 'otherProtocol'
  const wanted = digest(packet, headerLength, key, unicast)
  if (!timingSafeEqual(wanted, header.subarray(AUTHENTICATION_HEADER - ICV))) return 'digest'
  if (Buffer.compare(header.subarray(4, 8), source) !== 0) return 'spi'
  const sequence = header.readUInt32BE(8)
  return sequence > seen ? sequence : 'replay'
}

/** Over the packet with all zero that changes on the way, and the digest itself. */
function digest(packet: Buffer, headerLength: number, key: Uint8Array, unicast: boolean): Buffer {
  const fixed = Buffer.from(packet)
  fixed.writeUInt8(0, 1) // type of service
  fixed.writeUInt16BE(0, 6) // fragment offset
  if (unicast) fixed.writeUInt8(0, 8) // TTL
  fixed.writeUInt16BE(0, 10) // checksum
  const end = headerLength + AUTHENTICATION_HEADER
  fixed.fill(0, end - ICV, end)
  return createHmac('md5', key).update(fixed).digest().subarray(0, ICV)
}
