import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Family } from './packet.ts'

/**
 * auth_hmac of keepalived 2.4 (draft-cassen-vrrp-auth-hmac): a trailer behind the message, 28 bytes. Pure.
 *
 *     type (1), key id, 0, 0
 *     sequence (8 bytes): Unix time in s (4), 1/65536 s (2), counter (2)
 *     HMAC-SHA-256, first 16 bytes
 *
 * It covers a pseudo header {family, version, VRID, 0, source in 16 bytes}, the message with its checksum as zero, and the
 * trailer before the HMAC.
 */
export const SIGNATURE = 28
const HMAC = 16
const TYPE_SHA256 = 1
const CHECKSUM_AT = 6

export interface SignatureRule {
  /** By id, 1..255; 32..64 bytes each. */
  readonly keys: ReadonlyMap<number, Uint8Array>
  /** Signs what is sent. */
  readonly activeKey: number
  /** permissive accepts what has no signature; receive-only sends none, either. */
  readonly mode: 'enforce' | 'permissive' | 'receive-only'
  /** s that clocks may differ; null: only the order counts. */
  readonly windowSeconds: number | null
}

/** What is signed besides the message. */
export interface Signer {
  readonly family: Family
  readonly version: number
  readonly vrid: number
  readonly source: Uint8Array
}

export type SignatureFault = 'extMissing' | 'extMalformed' | 'extUnknownKey' | 'extInvalid' | 'extStale' | 'extReplay'

/**
 * The next sequence number: the clock, or one more than the last when the clock has not moved on.
 * @param unixMs ms since 1970
 */
export function nextSequence(last: bigint, unixMs: number): bigint {
  const seconds = Math.floor(unixMs / 1000)
  const part = Math.floor(((unixMs - seconds * 1000) / 1000) * 65_536)
  const clock = ((BigInt(seconds) & 0xffffffffn) << 32n) | (BigInt(part) << 16n)
  return isAfter(clock, last) ? clock : BigInt.asUintN(64, last + 1n)
}

/** The trailer for a message. */
export function signatureOf(message: Uint8Array, signer: Signer, rule: SignatureRule, sequence: bigint): Buffer {
  const trailer = Buffer.alloc(SIGNATURE)
  trailer.writeUInt8(TYPE_SHA256, 0)
  trailer.writeUInt8(rule.activeKey, 1)
  trailer.writeBigUInt64BE(sequence, 4)
  const key = rule.keys.get(rule.activeKey)
  // Without a key the HMAC stays zero, which every receiver refuses.
  if (key !== undefined) trailer.set(hmac(key, signer, message, trailer), SIGNATURE - HMAC)
  return trailer
}

/**
 * Checks the trailer of a received message.
 * @param trailer null: there was none
 * @param seen the highest sequence number of this sender; null: none yet
 * @returns its sequence number (null: none is needed), or what is wrong
 */
export function checkSignature(
  message: Uint8Array,
  trailer: Buffer | null,
  signer: Signer,
  rule: SignatureRule,
  seen: bigint | null,
  unixMs: number,
): bigint | null | SignatureFault {
  if (trailer === null) return rule.mode === 'enforce' ? 'extMissing' : null
  if (trailer.readUInt8(0) !== TYPE_SHA256 || trailer.readUInt16BE(2) !== 0) return 'extMalformed'
  // Before the costly part; it only refuses, and remembers nothing.
  const apart = (Math.floor(unixMs / 1000) - trailer.readUInt32BE(4)) | 0
  if (rule.windowSeconds !== null && Math.abs(apart) > rule.windowSeconds) return 'extStale'
  const key = rule.keys.get(trailer.readUInt8(1))
  if (key === undefined) return 'extUnknownKey'
  if (!timingSafeEqual(hmac(key, signer, message, trailer), trailer.subarray(SIGNATURE - HMAC))) return 'extInvalid'
  const sequence = trailer.readBigUInt64BE(4)
  return seen === null || isAfter(sequence, seen) ? sequence : 'extReplay'
}

function hmac(
  key: Uint8Array,
  { family, version, vrid, source }: Signer,
  message: Uint8Array,
  trailer: Buffer,
): Buffer {
  const pseudo = Buffer.alloc(20)
  pseudo.set([family, version, vrid], 0)
  pseudo.set(source, 4)
  return createHmac('sha256', key)
    .update(pseudo)
    .update(message.subarray(0, CHECKSUM_AT))
    .update(new Uint8Array(2))
    .update(message.subarray(CHECKSUM_AT + 2))
    .update(trailer.subarray(0, SIGNATURE - HMAC))
    .update(new Uint8Array(HMAC))
    .digest()
    .subarray(0, HMAC)
}

/** Serial number arithmetic (RFC 1982) over 64 bits. */
function isAfter(a: bigint, b: bigint): boolean {
  return BigInt.asIntN(64, a - b) > 0n
}
