import type { ServerSnapshot } from '../../mysql/snapshot.ts'
import type { Judgement } from './judgement.ts'
import type { PeerView } from './peer.ts'

/**
 * ms between two rounds while things move, and when they have been at rest: with the patience for one answer still less
 * than what counts as away (judgement.ts), so that one slow answer is no absence.
 */
const MOVING_MS = 200
const AT_REST_MS = 500
/** Clients may be waiting for what this round decides. */
const PRESSING_MS = 50
/** How long a round waits for the peer's answer. Clients may be waiting for the holder to see that there is none. */
const ANSWER_MS = { standby: 400, holder: 200, pressing: 50 } as const

/** @param pressing clients may be waiting for what this round decides */
export function answerMs(holder: boolean, pressing: boolean): number {
  return ANSWER_MS[pressing ? 'pressing' : holder ? 'holder' : 'standby']
}

/** Rounds without a change until it is rest. */
const ROUNDS = 10

/**
 * How often the role's loop looks: a pair at rest costs little, and whatever happens is an event that wakes the loop, or
 * is seen in the next round, after which it is quick again.
 */
export class Rhythm {
  #seen = ''
  #rounds = 0

  /** Nothing has moved for some rounds. */
  get atRest(): boolean {
    return this.#rounds >= ROUNDS
  }

  /** @param seen what was seen in this round, in a few words; '' for nothing that counts. @returns ms until the next */
  next(seen: string, pressing = false): number {
    this.#rounds = seen !== '' && seen === this.#seen ? this.#rounds + 1 : 0
    this.#seen = seen
    if (pressing) return PRESSING_MS
    return this.atRest ? AT_REST_MS : MOVING_MS
  }
}

/** What of a round tells rest from movement: not how far the histories have come, but how the two stand. */
export function seenIn(holder: boolean, mine: ServerSnapshot, verdict: Judgement, peer: PeerView): string {
  const { semiSync } = mine
  // Commits that wait are looked at again soon: they may be stuck.
  if (peer.state !== 'up' || (semiSync?.waitSessions ?? 0) > 0 || verdict.quarantine !== null) return ''
  const stand = (one: ServerSnapshot): unknown => [one.closed, one.channel?.io, one.channel?.sqlRunning]
  // What is written counts: the sooner the last acknowledgement was seen, the sooner it is known that none comes any more.
  const sync = [semiSync?.enabled, semiSync?.active, semiSync?.clients, semiSync?.acknowledged]
  const judged = [verdict.gate.open, verdict.channel, verdict.classification.standing]
  return JSON.stringify([holder, stand(mine), stand(peer.snapshot), sync, judged])
}
