import type { VrrpState } from '../process/messages.ts'

/** What a virtual router is set to, and what it remembers. Times are ms of one monotonic clock that the caller reads. */
export interface Settings {
  readonly name: string
  readonly version: 2 | 3
  /** 1..255; 255 owns the addresses. */
  readonly priority: number
  readonly advertMs: number
  readonly nopreempt: boolean
  readonly preemptDelayMs: number
  /** Kernel lease on the VIPs; 0: none. */
  readonly leaseMs: number
  readonly garpDelayMs: number
  /** Until the second burst after the advert of a lower priority; 0: none. Absent: as on becoming master. */
  readonly garpLowerDelayMs?: number
  /** 0: no periodic refresh. */
  readonly garpRefreshMs: number
  /** Trackers (weight 0) that must have spoken before the first election. */
  readonly awaitedTrackers: readonly string[]
  /** Of a sync group with other members: master only together with them. */
  readonly grouped: boolean
  /** One more advert on yielding to a higher priority. */
  readonly higherPrioSendAdvert: boolean
  /** The advert of a lower priority is not answered at once. */
  readonly lowerPrioNoAdvert: boolean
  /** Intervals without an advert that, with the skew, are a dead master. */
  readonly downTimerAdverts: number
  /** Priority 255: others are not heard while master. */
  readonly ownerIgnoreAdverts: boolean
  readonly notifyPriorityChanges: boolean
  /** A script, FIFO or webhook wants to know of lower priorities that a master hears. */
  readonly tellsLower?: boolean
  /** Null: plain VRRP. With a role the node never preempts: a database can't be taken from a living holder by election. */
  readonly role: { readonly promoteDeadlineMs: number; readonly demoteDeadlineMs: number } | null
}

/**
 * - `none` not on this host
 * - `held` answering, lease renewed
 * - `lingering` on its way out: still answering (with RST when the database is dead) until the successor speaks
 * - `awaited` this node is master; the old holder hasn't said yet that it let go
 */
export type VipState = 'none' | 'held' | 'lingering' | 'awaited'

export interface Tracker {
  /** Null: not heard from yet. */
  readonly up: boolean | null
  /** Null or 0: down is FAULT. */
  readonly weight: number | null
  /** The weight counts the other way round; without one, up is FAULT. */
  readonly reverse?: boolean
  readonly reason: string
}

export interface Machine {
  readonly state: VrrpState
  readonly vip: VipState
  /** Deadline of `lingering` and `awaited`. */
  readonly vipAt: number | null
  /** Master_Adver_Interval */
  readonly masterIntervalMs: number
  readonly masterDownAt: number | null
  readonly advertAt: number | null
  readonly renewAt: number | null
  readonly garpAt: number | null
  /** That burst is because of a lower priority. */
  readonly garpLower: boolean
  readonly refreshAt: number | null
  readonly preemptAt: number | null
  readonly advertSentAt: number | null
  /** Last moment at which another node may have renewed its lease; null: it is known that nobody holds the VIP. */
  readonly holderHeardAt: number | null
  /** The holder announced its leave at this time and hasn't said yet that the VIP has gone. */
  readonly leavingHeardAt: number | null
  /** When a master's advert was told of over TCP last; see second-opinion.ts. */
  readonly beatAt: number | null
  /** Only so it is known that the master lives; said once. */
  readonly advertsLost: boolean
  /** A promotion that was asked for. `claimed`: adverts are sent meanwhile, because nobody else does. */
  readonly candidacy: { readonly id: number; readonly deadlineAt: number; readonly claimed: boolean } | null
  /** Before it no election; null: the start is over. */
  readonly holdUntil: number | null
  /** In a sync group: Master_Down passed (`wants`), and the database is ready or there is none (`ready`). */
  readonly groupVote: 'none' | 'wants' | 'ready'
  /** Master_Down passed while this node may not be master. */
  readonly vacant: boolean
  readonly holdDownUntil: number
  /** How often, and from when, a successor that speaks may still be told that the VIP has gone. */
  readonly gone: { readonly answers: number; readonly notBefore: number; readonly until: number }
  readonly trackers: ReadonlyMap<string, Tracker>
  /** Null: not looked at yet. */
  readonly link: { readonly up: boolean | null; readonly reason: string }
  readonly gate: { readonly open: boolean; readonly reason: string }
  readonly checkThere: boolean
  /** Planned leave to be answered when the VIP has gone. */
  readonly leaveId: number | null
  readonly stopAt: number | null
  readonly nextId: number
  readonly since: number
}

/** Before `start`. With a role the gate starts closed: the database's side has to open it. */
export function initialMachine(settings: Settings): Machine {
  const unheard: Tracker = { up: null, weight: null, reason: 'not heard from yet' }
  return {
    state: 'INIT',
    vip: 'none',
    vipAt: null,
    masterIntervalMs: settings.advertMs,
    masterDownAt: null,
    advertAt: null,
    renewAt: null,
    garpAt: null,
    garpLower: false,
    refreshAt: null,
    preemptAt: null,
    advertSentAt: null,
    holderHeardAt: null,
    leavingHeardAt: null,
    beatAt: null,
    advertsLost: false,
    candidacy: null,
    holdUntil: null,
    groupVote: 'none',
    vacant: false,
    holdDownUntil: 0,
    gone: { answers: 0, notBefore: 0, until: 0 },
    trackers: new Map(settings.awaitedTrackers.map((name) => [name, unheard])),
    link: { up: null, reason: 'not looked at yet' },
    gate:
      settings.role === null
        ? { open: true, reason: 'no role' }
        : { open: false, reason: 'the check worker has not spoken yet' },
    checkThere: false,
    leaveId: null,
    stopAt: null,
    nextId: 1,
    since: 0,
  }
}
