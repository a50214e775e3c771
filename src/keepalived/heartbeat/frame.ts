import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type EventStates, MARKS_CHARS } from '../../mysql/events.ts'

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
  /** The sender has left the address in a planned way, and has not held it since; else null. */
  readonly farewell: Farewell | null
  /** Which events are on at the sender, if it holds the address; null: not said, and what was said before stands. */
  readonly events: EventStates | null
}

/** The last word of a holder, said when its server was closed for everybody: nothing can come after this. */
export interface Farewell {
  /** Where its history ends, as `waitFor` takes it. */
  readonly historyEnd: string
  /** Of its own promotion: a later one, and it has been open again. */
  readonly epoch: number
}

/** A longer one does not fit into a line beside the rest, and is not said. */
export const HISTORY_END_BYTES = 512

/** Bytes of a line, at most: nobody who has not proved anything may make us keep more. */
export const LINE_BYTES = 1024

/** The listener confirms every second line: that wakes the caller half as often, and the line's end is known as soon. */
export const CONFIRM_EVERY = 2

/** The pair's key, from the password that both daemons have for each other's database; it never goes over the line. */
export function keyOf(password: string): KeyObject {
  const bytes = hkdfSync('sha256', password, 'mmha', 'heartbeat between the daemons of a pair', 32)
  return createSecretKey(Buffer.from(bytes))
}

/**
 * One line: `COUNTER JSON MAC`. The nonce is the listener's, new for each connection, and the counter rises, so no line
 * is good twice. Pure.
 */
export function writeFrame(key: KeyObject, nonce: string, counter: number, beat: Beat): string {
  // Both may be long; whoever has left tells nothing new of events.
  const body = `${counter} ${JSON.stringify(beat.farewell === null ? beat : { ...beat, events: null })}`
  return `${body} ${mac(key, nonce, body)}\n`
}

/** @returns null for a line that is not from the peer, or not for this connection, or was there before */
export function readFrame(
  key: KeyObject,
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

function mac(key: KeyObject, nonce: string, body: string): string {
  return createHmac('sha256', key).update(`${nonce} ${body}`).digest('hex')
}

function beatOf(json: string): Beat | null {
  let value: Partial<Record<keyof Beat, unknown>>
  try {
    value = JSON.parse(json)
  } catch {
    return null
  }
  // The last four are absent from a daemon of before.
  const { instance, kind, priority, state, ready, alone = false, knows = false, farewell = null, events = null } = value
  if (typeof instance !== 'string' || typeof state !== 'string' || typeof ready !== 'boolean') return null
  if (typeof alone !== 'boolean' || typeof knows !== 'boolean') return null
  if (kind !== 'advert' && kind !== 'here') return null
  if (typeof priority !== 'number' || !(priority >= 0 && priority <= 255)) return null
  if (farewell !== null && !isFarewell(farewell)) return null
  if (events !== null && !isEventStates(events)) return null
  return { instance, kind, priority, state, ready, alone, knows, farewell, events }
}

function isFarewell(value: unknown): value is Farewell {
  const { historyEnd, epoch } = value as Partial<Record<keyof Farewell, unknown>>
  return typeof historyEnd === 'string' && historyEnd !== '' && Number.isInteger(epoch)
}

function isEventStates(value: unknown): value is EventStates {
  const { asOf, list, marks } = value as Partial<Record<keyof EventStates, unknown>>
  if (typeof asOf !== 'number' || (list !== 'on' && list !== 'off') || typeof marks !== 'string') return false
  return marks.length <= MARKS_CHARS && /^([0-9a-f]{8})*$/.test(marks)
}
