import { addressText, isMulticast, sameAddress } from './address.ts'
import { checkAuthenticationHeader } from './authentication-header.ts'
import type { Datagram } from './datagram.ts'
import { checkSignature, SIGNATURE, type SignatureFault, type SignatureRule } from './message-signature.ts'
import {
  type Advert,
  AUTH_TYPE,
  advertChecksum,
  advertLength,
  type ChecksumScope,
  decodeAdvert,
  type Family,
} from './packet.ts'

/** Why a packet was dropped (or, for `addressList`, only noted): names as keepalived counts them. */
export type PacketFault =
  | 'length'
  | 'ttl'
  | 'version'
  | 'authType'
  | 'authMismatch'
  | 'authFailure'
  | 'ahFailure'
  | 'ahReplay'
  | SignatureFault
  | 'interval'
  | 'type'
  | 'checksum'
  | 'kind'
  | 'unknownPeer'
  | 'addressList'

/** For the log, in keepalived's words where it has some. */
export const FAULT_TEXT: Readonly<Record<PacketFault, string>> = {
  length: 'packet too short or too long',
  ttl: 'TTL is out of range: packet was routed',
  version: 'other VRRP version',
  authType: 'unknown authentication type',
  authMismatch: 'other authentication type',
  authFailure: 'received an invalid passwd!',
  ahFailure: 'IPSEC-AH : invalid IPSEC HMAC-MD5 value',
  ahReplay: 'IPSEC-AH : sequence number already processed',
  extMissing: 'missing authentication trailer',
  extMalformed: 'malformed authentication trailer',
  extUnknownKey: 'unknown authentication key id',
  extInvalid: 'invalid authentication HMAC',
  extStale: 'stale authentication trailer: clocks differ, or an old packet came again',
  extReplay: 'replayed authentication trailer',
  interval: 'advertisement interval mismatch',
  type: 'unknown packet type',
  checksum: 'invalid checksum',
  kind: 'multicast/unicast mismatch',
  unknownPeer: 'not a configured unicast peer',
  addressList: 'other list of virtual addresses',
}

/** A unicast peer and the TTLs (hop limits) that its adverts may come with. */
export interface UnicastPeer {
  readonly address: Uint8Array
  readonly minTtl: number
  readonly maxTtl: number
}

export interface Expected {
  readonly family: Family
  readonly version: 2 | 3
  readonly auth: Advert['auth']
  /** auth_type AH: the password in 8 bytes. */
  readonly ahKey: Uint8Array | null
  readonly signature: SignatureRule | null
  /** ms; version 2 drops what differs, version 3 learns. */
  readonly intervalMs: number
  readonly addresses: readonly Uint8Array[]
  /** Where multicast adverts go. */
  readonly group: Uint8Array
  /** Null: multicast. */
  readonly unicastPeers: readonly UnicastPeer[] | null
  /** Of unicast adverts that we send. */
  readonly unicastTtl: number
  /** Drop unicast adverts from others than the peers. */
  readonly checkUnicastSource: boolean
  readonly checksum: ChecksumScope
  /** Unicast on version 3 with the group in the checksum, as before keepalived 1.3.7: never, when a peer does so, always. */
  readonly oldUnicastChecksum: 'never' | 'auto' | 'always'
}

/** What replay protection remembers from packet to packet. */
export interface Memory {
  /** The highest sequence number of an authentication header, heard or sent. */
  readonly ahSequence: number
  /** The highest sequence number of a signature, by sender. */
  readonly signed: ReadonlyMap<string, bigint>
}

export const NOTHING_HEARD: Memory = { ahSequence: 0, signed: new Map() }

export type Verdict =
  | {
      readonly ok: true
      readonly advert: Advert
      readonly source: Uint8Array
      /** Other addresses than ours are listed: noted, not dropped, as keepalived. */
      readonly addressesDiffer: boolean
      /** The sender's checksum is the one of old keepalived. */
      readonly oldChecksum: boolean
      readonly memory: Memory
    }
  | { readonly ok: false; readonly fault: PacketFault; readonly source: Uint8Array }

/** Senders that are remembered; the key holders of one virtual router are a handful. */
const MOST_SENDERS = 16

/**
 * Checks a packet in keepalived's order: authentication header, length, TTL, version, signature, authentication,
 * interval, type, checksum, multicast or unicast, peer and its TTL, address list.
 * @param unixMs ms since 1970, for signatures
 */
export function checkPacket(datagram: Datagram, expected: Expected, memory: Memory, unixMs: number): Verdict {
  const { source, destination, hopLimit, family } = datagram
  const drop = (fault: PacketFault): Verdict => ({ ok: false, fault, source })
  if (family !== expected.family || datagram.cut) return drop('length')
  if ((datagram.authenticated === null) !== (expected.ahKey === null)) return drop('authMismatch')
  const parts = partsOf(datagram.message, family, expected.signature !== null)
  const advert = parts === null ? null : decodeAdvert(parts.message, family)
  if (parts === null || advert === null) return drop('length')
  const { message, trailer } = parts
  const unicast = expected.unicastPeers !== null
  // Unicast may be routed.
  if (!unicast && hopLimit !== null && hopLimit !== 255) return drop('ttl')
  if (message.readUInt8(0) >> 4 !== expected.version) return drop('version')

  let next = memory
  if (expected.signature !== null) {
    const sender = addressText(source)
    // A name without a place in the configuration must not fill the memory, either.
    if (unicast && peerOf(expected, source) === undefined) return drop('unknownPeer')
    const signer = { family, version: expected.version, vrid: advert.vrid, source }
    const seen = memory.signed.get(sender) ?? null
    const signature = checkSignature(message, trailer, signer, expected.signature, seen, unixMs)
    if (typeof signature === 'string') return drop(signature)
    if (signature !== null) next = { ...memory, signed: remembered(memory.signed, sender, signature) }
  }
  if (expected.version === 2) {
    const fault = authFault(advert.auth, expected.auth)
    if (fault !== null) return drop(fault)
    if (expected.ahKey !== null) {
      const header = checkAuthenticationHeader(datagram, expected.ahKey, unicast, memory.ahSequence)
      if (typeof header === 'string') return drop(header === 'replay' ? 'ahReplay' : 'ahFailure')
      next = { ...next, ahSequence: header }
    }
    if (advert.intervalMs !== expected.intervalMs) return drop('interval')
  }
  if (advert.type !== 1) return drop('type')
  const checksum = checksumOf(parts, datagram, expected)
  if (checksum === null) return drop('checksum')
  if (isMulticast(destination) === unicast) return drop('kind')
  if (expected.unicastPeers !== null && expected.checkUnicastSource) {
    const peer = peerOf(expected, source)
    if (peer === undefined) return drop('unknownPeer')
    if (hopLimit !== null && (hopLimit < peer.minTtl || hopLimit > peer.maxTtl)) return drop('ttl')
  }
  const addressesDiffer = !sameSet(advert.addresses, expected.addresses)
  return { ok: true, advert, source, addressesDiffer, oldChecksum: checksum === 'old', memory: next }
}

interface Parts {
  readonly message: Buffer
  readonly trailer: Buffer | null
  /** What a checksum over IPv6 covers. */
  readonly whole: Buffer
}

/** Exactly a message, or a message and its signature: anything else has the wrong length. */
function partsOf(bytes: Buffer, family: Family, signed: boolean): Parts | null {
  const length = advertLength(bytes, family)
  if (length === null) return null
  if (bytes.length === length) return { message: bytes, trailer: null, whole: bytes }
  if (!signed || bytes.length !== length + SIGNATURE) return null
  return { message: bytes.subarray(0, length), trailer: bytes.subarray(length), whole: bytes }
}

/** Over IPv4 the signature is outside of the checksum, over IPv6 (where kernels compute it) inside. */
function checksumOf({ message, whole }: Parts, { source, destination, family }: Datagram, expected: Expected) {
  const is = message.readUInt16BE(6)
  if (family === 6) return is === advertChecksum(whole, source, destination) ? 'usual' : null
  const scope = expected.version === 3 ? expected.checksum : 'pseudo'
  // keepalived leaves the checksum alone when it is told that it is unusual.
  if (scope === 'message') return 'usual'
  const mayBeOld = expected.version === 3 && expected.unicastPeers !== null
  if (!(mayBeOld && expected.oldUnicastChecksum === 'always') && is === advertChecksum(message, source, destination)) {
    return 'usual'
  }
  if (!mayBeOld || expected.oldUnicastChecksum === 'never') return null
  return is === advertChecksum(message, source, expected.group) ? 'old' : null
}

function peerOf({ unicastPeers }: Expected, source: Uint8Array): UnicastPeer | undefined {
  return unicastPeers?.find(({ address }) => sameAddress(address, source))
}

function remembered(known: ReadonlyMap<string, bigint>, sender: string, sequence: bigint): Map<string, bigint> {
  const others = [...known].filter(([name]) => name !== sender)
  return new Map([...others.slice(1 - MOST_SENDERS), [sender, sequence]])
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
