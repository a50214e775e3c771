import { count, formatGtidSet } from '../../mysql/gtid-set.ts'
import type { ApplyOutcome } from '../../mysql/promotion.ts'
import { type Classification, classify, type History, type Quarantine, quarantineOf } from '../../mysql/rejoin.ts'
import { ENDLESS_MS } from '../../mysql/semi-sync.ts'
import type { ServerStanding } from '../../mysql/snapshot.ts'
import type { RoleConfig } from '../config/config.ts'
import type { Connection } from '../heartbeat/isolation.ts'
import type { Heard, PeerView } from './peer.ts'

/** Everything that decides, at one moment. */
export interface Situation {
  readonly policy: RoleConfig['policy']
  readonly flavour: 'mysql' | 'mariadb'
  readonly holder: boolean
  /** Read after the peer was. */
  readonly mine: ServerStanding
  /** Why the applier can't go on, by `refusalOf`. */
  readonly refusal: string | null
  /** My history from before the peer was read. */
  readonly mineBefore: History
  readonly peer: PeerView
  /** ms since the peer answered last; null: never. */
  readonly peerHeardMs: number | null
  /** ms since this server came up. */
  readonly upMs: number
  /** A server that starts alone waits this long for its peer before `availability` lets it serve. */
  readonly soloWaitMs: number
  /** From before: in memory or on disk. */
  readonly quarantine: Quarantine
  /** Why my GTIDs don't prove that I have their rows; null: they do. */
  readonly doubt: string | null
}

/** A peer that has not answered for so long is away, not slow. */
export const AWAY_AFTER_MS = 1_000

export interface Judgement {
  readonly gate: { readonly open: boolean; readonly reason: string }
  readonly quarantine: Quarantine
  readonly classification: Classification
  /** start: fetch from the peer; stop: its history must not come here; keep: as it is. */
  readonly channel: 'start' | 'stop' | 'keep'
}

/** Pure: the rules of DESIGN "Replication", for one node at one moment. */
export function judge(now: Situation): Judgement {
  const theirs = now.peer.state === 'up' ? now.peer.snapshot : null
  const classification = classify(now.flavour, now.mineBefore, theirs?.history ?? null, now.mine.history)
  const peerIsHolder = theirs !== null && !theirs.closed
  const quarantine =
    theirs === null
      ? now.quarantine
      : now.holder
        ? null
        : quarantineOf(classification, peerIsHolder, {
            mine: now.mine.epoch,
            theirs: theirs.epoch,
            myOrigin: now.mine.history.origin,
            refusal: now.refusal,
            before: now.quarantine,
            doubt: now.doubt,
          })
  return {
    classification,
    quarantine,
    gate: gateOf(now, classification, quarantine, peerIsHolder),
    channel: now.holder
      ? holdersChannel(now, classification)
      : standbysChannel(now, classification, quarantine, peerIsHolder),
  }
}

function gateOf(
  now: Situation,
  { standing, missing }: Classification,
  quarantine: Quarantine,
  peerIsHolder: boolean,
): Judgement['gate'] {
  const shut = (reason: string) => ({ open: false, reason })
  const open = (reason: string) => ({ open: true, reason })
  if (now.holder) return open('holds the address')
  if (quarantine !== null) return shut(`quarantined, ${quarantine.standing}: ${quarantine.why}`)
  if (!now.mine.closed && !isUnheld(now.mine, now.peer)) return shut('open for writes without holding the address')
  if (now.doubt !== null && (now.policy === 'consistency' || now.upMs < now.soloWaitMs)) {
    return shut(`the peer is to serve: ${now.doubt}`)
  }
  if (now.peer.state === 'up') {
    if (peerIsHolder) return open(`standby, ${standing}`)
    if (standing === 'behind') return shut(`the peer has ${count(missing)} transactions more`)
    return open(standing === 'clean' ? 'both have the same' : `this server has the newer history (${standing})`)
  }
  if (now.peerHeardMs !== null) return open(`the peer is gone (${now.peer.why})`)
  if (now.policy === 'consistency') return shut(`the peer has not been seen since this daemon started: ${now.peer.why}`)
  if (now.upMs < now.soloWaitMs) return shut(`waiting for the peer: ${now.peer.why}`)
  return open(`the peer has not been seen for ${now.soloWaitMs / 1000} s; policy availability goes on alone`)
}

/**
 * Two that have never had a holder: a pair that was made by hand. The one that is open is where clients write; closed, it would
 * cost them an election, and guard nothing, since the other one is closed and is not promoted while this one is open.
 */
export function isUnheld(mine: ServerStanding, peer: PeerView): boolean {
  if (peer.state !== 'up' || !peer.snapshot.closed) return false
  return mine.epoch === null && peer.snapshot.epoch === null
}

function standbysChannel(
  now: Situation,
  { standing }: Classification,
  quarantine: Quarantine,
  peerIsHolder: boolean,
): Judgement['channel'] {
  if (quarantine !== null) return 'stop'
  if (now.peer.state !== 'up' || !peerIsHolder || !now.mine.closed) return 'keep'
  return standing === 'clean' || standing === 'behind' ? 'start' : 'keep'
}

/**
 * The holder fetches only from a standby that has nothing of its own. One that is away may come back with something, and
 * the replica would reconnect by itself before anybody has looked: so it is stopped meanwhile.
 */
function holdersChannel(now: Situation, { standing }: Classification): Judgement['channel'] {
  if (now.peer.state !== 'up') {
    const slow = now.peer.state === 'silent' && (now.peerHeardMs ?? 0) < AWAY_AFTER_MS
    return slow ? 'keep' : 'stop'
  }
  if (!now.peer.snapshot.closed) return 'stop'
  return standing === 'clean' || standing === 'ahead' ? 'start' : 'stop'
}

export interface PromotionVerdict {
  readonly ok: boolean
  /** Opened although received transactions could not be applied. */
  readonly forced: boolean
  readonly reason: string
}

/** May this node be opened for writes? Asked at promotion with fresh views. */
export function promotionVerdict(now: Situation, received: ApplyOutcome): PromotionVerdict {
  const refuse = (reason: string) => ({ ok: false, forced: false, reason })
  const { quarantine, classification } = judge({ ...now, holder: false })
  if (quarantine !== null) return refuse(`quarantined, ${quarantine.standing}: ${quarantine.why}`)
  // In both policies: they will be applied, and were promised to clients. A later attempt finds them done.
  if (received.state === 'applying') return refuse(received.detail)
  if (now.peer.state === 'up') {
    if (!now.peer.snapshot.closed) return refuse('the peer’s database answers and is open for writes')
    if (classification.standing === 'behind') {
      return refuse(
        `the peer’s database answers and has more: ${formatGtidSet(now.flavour, classification.missing).slice(0, 200)}`,
      )
    }
  }
  if (received.state === 'broken') {
    if (now.policy === 'consistency') return refuse(received.detail)
    return { ok: true, forced: true, reason: `policy availability, although ${received.detail}` }
  }
  return { ok: true, forced: false, reason: now.peer.state === 'up' ? 'the peer has no more' : now.peer.why }
}

/** The same where an operator has said that this node is to serve, whatever it may lack. */
export function forcedVerdict({ peer }: Pick<Situation, 'peer'>, received: ApplyOutcome): PromotionVerdict {
  if (peer.state === 'up' && !peer.snapshot.closed) {
    return { ok: false, forced: false, reason: 'the peer’s database answers and is open for writes' }
  }
  const doubt = received.state === 'applied' ? '' : `, although ${received.detail}`
  return { ok: true, forced: true, reason: `by an operator’s word${doubt}` }
}

/** For `policy consistency`: did commits on the holder wait for us when it was last heard? */
export function wasSynchronous(heard: Heard | null): boolean {
  if (heard === null || heard.agoMs > MAX_EVIDENCE_AGE_MS) return false
  const { semiSync, closed } = heard.snapshot
  return !closed && semiSync !== null && semiSync.active && semiSync.afterSync && semiSync.timeoutMs >= ENDLESS_MS
}

const MAX_EVIDENCE_AGE_MS = 3_000

/**
 * A standby does not acknowledge. May the holder let commits go without it? Where it may be being promoted on the other
 * side of a cut, nobody here may be told OK. This node knows when it is the one that is cut off; with policy consistency
 * it is enough that the standby might live.
 * @returns why not, or null
 */
export function objectionToLetGo(now: {
  readonly connection: Connection
  readonly policy: RoleConfig['policy']
  readonly peer: PeerView['state']
  /** Its daemon was heard just now, and would tell of a promotion. */
  readonly peerLives: boolean
}): string | null {
  if (now.connection !== 'connected') return 'this node may be cut off'
  if (now.policy === 'availability' || now.peer !== 'silent' || now.peerLives) return null
  return 'policy consistency, and it is not heard; if its host is off for sure, set policy availability and reload'
}
