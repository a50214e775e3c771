import { sameAddress } from './address.ts'
import { type Advert, AUTH_TYPE, advertChecksum, decodeAdvert, decodeIpHeader } from './packet.ts'

/** Why a packet was dropped (or, for `addressList`, only noted): names as keepalived counts them. */
export type PacketFault =
  | 'length'
  | 'ttl'
  | 'version'
  | 'authType'
  | 'authMismatch'
  | 'authFailure'
  | 'interval'
  | 'type'
  | 'checksum'
  | 'kind'
  | 'unknownPeer'
  | 'addressList'

/** For the log, in keepalived's words where it has some. */
export const FAULT_TEXT: Readonly<Record<PacketFault, string>> = {
  length: 'packet too short',
  ttl: 'TTL is not 255: packet was routed',
  version: 'other VRRP version',
  authType: 'unknown authentication type',
  authMismatch: 'other authentication type',
  authFailure: 'received an invalid passwd!',
  interval: 'advertisement interval mismatch',
  type: 'unknown packet type',
  checksum: 'invalid checksum',
  kind: 'multicast/unicast mismatch',
  unknownPeer: 'not a configured unicast peer',
  addressList: 'other list of virtual addresses',
}

export interface Expected {
  readonly version: 2 | 3
  readonly auth: Advert['auth']
  /** ms; version 2 drops what differs, version 3 learns. */
  readonly intervalMs: number
  readonly addresses: readonly Uint8Array[]
  /** Null: multicast. */
  readonly unicastPeers: readonly Uint8Array[] | null
}

export type Verdict =
  | {
      readonly ok: true
      readonly advert: Advert
      readonly source: Uint8Array
      /** Other addresses than ours are listed: noted, not dropped, as keepalived. */
      readonly addressesDiffer: boolean
    }
  | { readonly ok: false; readonly fault: PacketFault; readonly source: Uint8Array }

/** The VRID that a packet is for, to find its instance; null when it is too short to say. */
export function vridOf(packet: Buffer): number | null {
  const ip = decodeIpHeader(packet)
  if (ip === null || packet.length < ip.headerLength + 2) return null
  return packet.readUInt8(ip.headerLength + 1)
}

/**
 * Checks a packet (with IP header) in keepalived's order: length, TTL, version, authentication, interval, type,
 * checksum, multicast or unicast, peer, address list.
 */
export function checkPacket(packet: Buffer, expected: Expected): Verdict {
  const ip = decodeIpHeader(packet)
  const source = ip?.source ?? new Uint8Array(4)
  const drop = (fault: PacketFault): Verdict => ({ ok: false, fault, source })
  if (ip === null || packet.length < ip.totalLength || ip.totalLength < ip.headerLength + 8) return drop('length')
  const message = packet.subarray(ip.headerLength, ip.totalLength)
  const advert = decodeAdvert(message)
  if (advert === null) return drop('length')
  const unicast = expected.unicastPeers !== null
  // Unicast may be routed, so its TTL says nothing.
  if (!unicast && ip.ttl !== 255) return drop('ttl')
  if (message.readUInt8(0) >> 4 !== expected.version) return drop('version')
  if (expected.version === 2) {
    const fault = authFault(advert.auth, expected.auth)
    if (fault !== null) return drop(fault)
    if (advert.intervalMs !== expected.intervalMs) return drop('interval')
  }
  if (advert.type !== 1) return drop('type')
  if (message.readUInt16BE(6) !== advertChecksum(message, ip.source, ip.destination)) return drop('checksum')
  const sentToGroup = (ip.destination[0] ?? 0) >> 4 === 0xe
  if (sentToGroup === unicast) return drop('kind')
  if (expected.unicastPeers?.some((peer) => sameAddress(peer, ip.source)) === false) return drop('unknownPeer')
  return { ok: true, advert, source, addressesDiffer: !sameSet(advert.addresses, expected.addresses) }
}

function authFault(got: Advert['auth'], want: Advert['auth']): PacketFault | null {
  if (got.type > AUTH_TYPE.ah) return 'authType'
  if (got.type !== want.type) return 'authMismatch'
  if (want.type === AUTH_TYPE.pass && !sameAddress(got.data, want.data)) return 'authFailure'
  return null
}

function sameSet(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  const keys = new Set(a.map((address) => address.join('.')))
  return keys.size === new Set(b.map((address) => address.join('.'))).size && b.every((one) => keys.has(one.join('.')))
}
