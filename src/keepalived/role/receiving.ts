import { setTimeout as delay } from 'node:timers/promises'
import { type ChannelStatus, channelOf } from '../../mysql/channel.ts'
import { type ApplyOutcome, applyGtids, keepApplying } from '../../mysql/promotion.ts'
import type { Farewell } from '../heartbeat/frame.ts'
import type { PeerView } from './peer.ts'
import type { LocalServer } from './server.ts'

/**
 * The end of fetching, when a standby is promoted. What was received must be applied before anybody writes here; what
 * came in later would be applied over newer writes. A receiver takes 5 to 170 ms to end (MySQL 9.7), and MariaDB's may
 * try for seconds to tell a source that is gone. So it is not waited for where nothing can come any more.
 */
export interface Receiving {
  /** How it is known that nothing more comes; for the log, after `apply`. */
  readonly how: string
  /** Applies what came in, as soon as nothing more can. @throws SqlError when the connection goes */
  apply(deadlineMs: number): Promise<ApplyOutcome>
  /** To be awaited before clients come: whatever came in until the receiver ended is applied. @throws SqlError */
  finish(deadlineMs: number): Promise<ApplyOutcome>
}

export interface Source {
  /** What the peer's server answers. */
  readonly asked: Promise<PeerView>
  /** What its daemon said when it left; null: nothing. */
  readonly peerFarewell: Farewell | null
}

/** For a receiver whose source does not answer: told to stop, it has nothing to read. ms */
const STOP_GRACE_MS = 50

const nothing = async (): Promise<ApplyOutcome> => ({ state: 'applied' })

/**
 * Sees to it that nothing more comes in: by the source's last word, else by stopping the receiver.
 * @param channel as it was looked at last; null: there is none
 * @throws SqlError when the connection goes
 */
export async function endReceiving(
  server: LocalServer,
  channel: ChannelStatus | null,
  { asked, peerFarewell }: Source,
): Promise<Receiving> {
  if (channel === null) return { how: 'there is no channel', apply: nothing, finish: nothing }
  const { actor, dialect } = server
  const look = async (): Promise<string> => (await channelOf(actor, dialect))?.receivedGtids ?? ''
  const applied = (gtids: string, ms: number) => applyGtids(actor, dialect, gtids, ms)
  if (channel.io === 'stopped') {
    return { how: 'the receiver does not run', apply: async (ms) => applied(await look(), ms), finish: nothing }
  }
  await keepApplying(actor, dialect, channel)
  if (peerFarewell !== null && hasEnded(peerFarewell, await asked)) {
    const { historyEnd } = peerFarewell
    return { how: 'by the peer’s last word', apply: (ms) => applied(historyEnd, ms), finish: nothing }
  }
  const stopped = server.endReceiving()
  // Awaited by whoever goes on; until then a rejection must not count as unhandled.
  stopped.catch(() => undefined)
  const ended = Promise.race([
    stopped,
    asked.then(async (view) => (view.state === 'up' ? stopped : delay(STOP_GRACE_MS, null))),
  ])
  ended.catch(() => undefined)
  const silenced = asked.then((view) => (isCutOff(channel, view) ? null : ended))
  let known: string | null = null
  let how = 'the receiver was told to stop'
  return {
    get how() {
      return how
    },
    async apply(ms) {
      const end = await Promise.race([ended, silenced])
      how = end === null ? 'the source is gone' : 'the receiver has ended'
      // Looked at after the receiver was seen without a connection: what it had read by then is in.
      known = end ?? (await look())
      return applied(known, ms)
    },
    async finish(ms) {
      const last = await ended
      return last === null || last === known ? nothing() : applied(last, ms)
    },
  }
}

/**
 * Pure: nothing can come after what the source said when it left. It has said so once its server was closed for everybody,
 * and has not been promoted since, which would be a new epoch. That it only looks closed is not enough: MySQL shows
 * super_read_only=ON while its SET waits for commits.
 */
export function hasEnded(said: Farewell, view: PeerView): boolean {
  return view.state === 'up' && view.snapshot.closed && view.snapshot.epoch?.epoch === said.epoch
}

/**
 * Pure: the receiver has lost its connection, hence has read all that came over it, and nobody listens where it would
 * connect again. A source that is started anew listens after 500 ms at the earliest; the stop is waited for 50 ms, and
 * then looked at once more.
 */
export function isCutOff(channel: Pick<ChannelStatus, 'io'>, view: Pick<PeerView, 'state'>): boolean {
  return channel.io === 'connecting' && view.state === 'down'
}
