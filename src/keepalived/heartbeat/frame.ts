import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** What one daemon tells the other, of one instance. */
export interface Beat {
  readonly instance: string
  /**
   * `advert`: sent as the VRRP worker sent an advert of this priority, so that worker lives and renews its address.
   * `here`: only this daemon's check worker speaks.
   */
  readonly kind: 'advert' | 'here'
  /** 0..255 */
  readonly priority: number
  readonly state: string
  /** May the sender become master? Its gate. */
  readonly ready: boolean
  /** Commits on the sender may be told OK without the receiver having them. Means nothing unless the sender holds the address. */
  readonly alone: boolean
  /** What the receiver last said of `alone` is known here. */
  readonly knows: boolean
}

/** Bytes of a line, at most: nobody who has not proved anything may make us keep more. */
export const LINE_BYTES = 1024

/** The pair's key, from the password that both daemons have for each other's database; it never goes over the line. */
export function keyOf(password: string): Buffer {
  return Buffer.from(hkdfSync('sha256', password, 'mmha', 'heartbeat between the daemons of a pair', 32))
}

/**
 * One line: `COUNTER JSON MAC`. The nonce is the listener's, new for each connection, and the counter rises, so no line
 * is good twice. Pure.
 */
export function writeFrame(key: Buffer, nonce: string, counter: number, beat: Beat): string {
  const body = `${counter} ${JSON.stringify(beat)}`
  return `${body} ${mac(key, nonce, body)}\n`
}

/** @returns null for a line that is not from the peer, or not for this connection, or was there before */
export function readFrame(
  key: Buffer,
  nonce: string,
  after: number,
  line: string,
): { readonly counter: number; readonly beat: Beat } | null {
  const match = /^((\d{1,15}) (\{.*\})) ([0-9a-f]{64})$/.exec(line)
  if (match === null) return null
  const [, body = '', counter = '', json = '', given = ''] = match
  if (!timingSafeEqual(Buffer.from(mac(key, nonce, body)), Buffer.from(given))) return null
  if (Number(counter) <= after) return null
  const beat = beatOf(json)
  return beat === null ? null : { counter: Number(counter), beat }
}

function mac(key: Buffer, nonce: string, body: string): string {
  return createHmac('sha256', key).update(`${nonce} ${body}`).digest('hex')
}

function beatOf(json: string): Beat | null {
  let value: Partial<Record<keyof Beat, unknown>>
  try {
    value = JSON.parse(json)
  } catch {
    return null
  }
  // The last two are absent from a daemon of before.
  const { instance, kind, priority, state, ready, alone = false, knows = false } = value
  if (typeof instance !== 'string' || typeof state !== 'string' || typeof ready !== 'boolean') return null
  if (typeof alone !== 'boolean' || typeof knows !== 'boolean') return null
  if (kind !== 'advert' && kind !== 'here') return null
  if (typeof priority !== 'number' || !(priority >= 0 && priority <= 255)) return null
  return { instance, kind, priority, state, ready, alone, knows }
}
