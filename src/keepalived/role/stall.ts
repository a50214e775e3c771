import type { SemiSyncStatus } from '../../mysql/semi-sync.ts'
import type { PeerView } from './peer.ts'

/** A standby that answers, but acknowledges nothing: it may be slow for as long as clients bear, a second with the round. ms */
const ANSWERING_MS = 850
/**
 * One of which nothing is heard. What is unknown beside it (up to a round since commits moved last, and the wait for its
 * answer) must fit into the same second. That its daemon is not heard either takes 700 ms (pair-line.ts), and is what tells. ms
 */
const SILENT_MS = 400
/** What has not been decided by then waits for something else than the next round. ms */
const PRESSING_UNTIL_MS = 3_000

/**
 * How long nothing may be acknowledged before commits are let go, ms.
 * @param waiting sessions whose commit waits now
 */
export function patienceMs(peer: PeerView['state'], peerLives: boolean, waiting: number): number {
  if (peer === 'down') return 0
  return peer === 'silent' && !peerLives && waiting > 0 ? SILENT_MS : ANSWERING_MS
}

/** Do commits wait without any being acknowledged, and since when. Times: performance.now(), ms. */
export class Stall {
  /** When commits were last seen to be acknowledged, or none to wait: a stall began after that. */
  #movedAt: number | null = null
  #acknowledged = -1
  #pressing = false
  /** The peer has answered before. */
  #met = false

  /** Look again soon. */
  get pressing(): boolean {
    return this.#pressing
  }

  /** @param readAt when the server was asked */
  look(
    semiSync: Pick<SemiSyncStatus, 'clients' | 'waitSessions' | 'acknowledged'>,
    peer: PeerView['state'],
    readAt: number,
  ): 'moving' | 'stuck' {
    const acknowledged = semiSync.acknowledged !== this.#acknowledged
    this.#acknowledged = semiSync.acknowledged
    if (peer === 'up') this.#met = true
    // Where nothing is written, and nothing heard any more, the next commit would be stuck.
    const atRest = semiSync.waitSessions === 0 && (peer === 'up' || !this.#met)
    const moving = semiSync.clients > 0 && (acknowledged || atRest)
    if (moving) this.#movedAt = readAt
    this.#movedAt ??= readAt
    this.#pressing = (!moving || peer !== 'up') && this.waited(readAt) < PRESSING_UNTIL_MS
    return moving ? 'moving' : 'stuck'
  }

  /** ms for which commits may have been waiting. */
  waited(now: number): number {
    return this.#movedAt === null ? 0 : now - this.#movedAt
  }
}
