import { refusalOf } from '../../mysql/channel.ts'
import { beyond, count, subtract } from '../../mysql/gtid-set.ts'
import type { ServerSnapshot } from '../../mysql/snapshot.ts'
import type { DatabaseStatus } from '../process/status.ts'
import { wasSynchronous } from './judgement.ts'
import type { Heard, PeerView } from './peer.ts'
import type { RoleState } from './state-file.ts'

/** What one round of the role's loop has found. */
export interface Round {
  readonly holder: boolean
  readonly mine: ServerSnapshot
  readonly peer: PeerView
  /** The peer's last answer; null: none. */
  readonly heard: Heard | null
  /** As it stands on disk after the round. */
  readonly kept: Pick<RoleState, 'enforced' | 'quarantine'>
}

/** Mine was read after the peer's: a standby that keeps up shows 0 while clients write. */
function transactionsBehind({ holder, mine, peer }: Round): number | null {
  if (holder || peer.state !== 'up' || peer.snapshot.closed) return null
  const { flavour } = peer.dialect
  const missing = subtract(peer.snapshot.history.executed, mine.history.executed)
  return count(beyond(flavour, missing, mine.history.executed))
}

/** In which transactions a promotion would be doubtful; while the peer answers it is asked itself. */
function mayLack({ holder, mine, peer, heard }: Round): DatabaseStatus['mayLack'] {
  if (holder || (peer.state === 'up' && !peer.snapshot.closed)) return null
  const unapplied = count(subtract(mine.received, mine.history.executed))
  const last = peer.state === 'up' ? peer.snapshot : (heard?.snapshot ?? null)
  return {
    unapplied,
    known: last === null ? null : count(subtract(last.history.executed, mine.received)),
    peerSaid: peer.state === 'up' || heard === null ? null : Math.round((Date.now() - heard.agoMs) / 1000),
    waited: last === null || last.closed ? null : wasSynchronous({ snapshot: last, agoMs: 0 }),
  }
}

/**
 * What `ctl status` and the metrics say of an instance's database. While it is down only what is on disk is known:
 * numbers from before its end would look like news.
 */
export function statusOf(instance: string, up: boolean, kept: Round['kept'], round: Round | null): DatabaseStatus {
  const { mine, peer, holder } = round ?? { mine: null, peer: null, holder: null }
  const channel = mine?.channel ?? null
  return {
    instance,
    up,
    holder,
    writable: mine === null ? null : !mine.closed,
    epoch: mine?.epoch?.epoch ?? null,
    peer: peer?.state ?? null,
    replicates: channel === null ? null : channel.io === 'running' && channel.sqlRunning,
    refusal: refusalOf(channel),
    secondsBehind: channel?.secondsBehind ?? null,
    transactionsBehind: round === null ? null : transactionsBehind(round),
    commitsWait: mine?.semiSync?.enabled ?? null,
    standbys: mine?.semiSync?.clients ?? null,
    mayLack: round === null ? null : mayLack(round),
    enforced: kept.enforced,
    quarantine: kept.quarantine,
  }
}

/** Tells each status once: the loop's rounds come several times a second. */
export class RoleReport {
  readonly #instance: string
  readonly #tell: (status: DatabaseStatus) => void
  #told = ''
  #kept: Round['kept'] = { enforced: false, quarantine: null }

  constructor(instance: string, tell: (status: DatabaseStatus) => void) {
    this.#instance = instance
    this.#tell = tell
  }

  round(round: Round): void {
    this.#kept = round.kept
    this.#say(statusOf(this.#instance, true, round.kept, round))
  }

  down(): void {
    this.#say(statusOf(this.#instance, false, this.#kept, null))
  }

  #say(status: DatabaseStatus): void {
    const text = JSON.stringify(status)
    if (text === this.#told) return
    this.#told = text
    this.#tell(status)
  }
}
