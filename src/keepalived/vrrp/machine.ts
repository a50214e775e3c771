import type { ToCheck, VrrpState } from '../process/messages.ts'
import { becomeMaster, cancelCandidacy, enterBackup, enterFault, onAdvert, onTimer, openElection } from './election.ts'
import { leave, onStop, stopNow, suspect, takeVip } from './handover.ts'
import { onBeat } from './second-opinion.ts'
import { skewMs } from './timing.ts'
import { isUndecided, priorityOf, whyFault } from './tracking.ts'
import { advertise, log, type Turn } from './turn.ts'

/**
 * One virtual router as a pure reducer: RFC 9568 6.4 with keepalived's FAULT state, and with the database's side of
 * a role change. Times are ms of one monotonic clock that the caller reads.
 */
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
  /** 0: no periodic refresh. */
  readonly garpRefreshMs: number
  /** Trackers (weight 0) that must have spoken before the first election. */
  readonly awaitedTrackers: readonly string[]
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

export interface HeardAdvert {
  readonly priority: number
  readonly intervalMs: number
  /** For messages. */
  readonly from: string
  /** The sender's address is higher than ours: it wins a tie. */
  readonly fromHigher: boolean
}

export type VrrpEvent =
  | { readonly t: 'start' }
  | { readonly t: 'timer' }
  | { readonly t: 'advert'; readonly advert: HeardAdvert }
  | {
      readonly t: 'track'
      readonly tracker: string
      readonly up: boolean
      readonly weight: number | null
      readonly reason: string
    }
  | { readonly t: 'link'; readonly up: boolean; readonly reason: string }
  | { readonly t: 'gate'; readonly open: boolean; readonly reason: string }
  | { readonly t: 'promoted'; readonly id: number; readonly ok: boolean; readonly reason: string }
  /** The database is read-only, or there is none: hand over now. */
  | { readonly t: 'leave'; readonly id: number; readonly holdDownMs: number; readonly reason: string }
  /** The database's side can't hand over as planned: at the end of the process it goes without. */
  | { readonly t: 'leaveRefused' }
  /** The check worker died (no promotion until it is back) or is there. */
  | { readonly t: 'check'; readonly there: boolean }
  /** The kernel says that a VIP of ours was removed. */
  | { readonly t: 'vipLost' }
  /** The peer's daemon tells over TCP that it has sent an advert. */
  | { readonly t: 'beat'; readonly priority: number }
  | { readonly t: 'stop'; readonly reason: string }

export type Effect =
  | { readonly do: 'advert'; readonly priority: number }
  /** Add, or renew the lease. */
  | { readonly do: 'addVip' }
  | { readonly do: 'removeVip' }
  | { readonly do: 'garp' }
  | { readonly do: 'state'; readonly state: VrrpState; readonly priority: number }
  | { readonly do: 'tell'; readonly message: Exclude<ToCheck, { t: 'state' }> }
  | { readonly do: 'left'; readonly id: number; readonly ok: boolean; readonly reason: string }
  | { readonly do: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly text: string }
  | { readonly do: 'stopped' }

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
    refreshAt: null,
    preemptAt: null,
    advertSentAt: null,
    holderHeardAt: null,
    leavingHeardAt: null,
    beatAt: null,
    advertsLost: false,
    candidacy: null,
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

/**
 * The next machine and what must be done, in order. Deadlines that have passed are looked at on `timer` only, but a
 * worker that was asleep for too long while master is a suspect on every event, before anything is sent.
 */
export function reduce(
  settings: Settings,
  machine: Machine,
  event: VrrpEvent,
  now: number,
): { readonly machine: Machine; readonly effects: readonly Effect[] } {
  const turn: Turn = { settings, machine: { ...machine }, now, effects: [] }
  // Done: nothing wakes it.
  if (machine.state === 'STOP' && machine.vip === 'none') return { machine, effects: [] }
  suspect(turn)
  handle(turn, event)
  return { machine: turn.machine, effects: turn.effects }
}

function handle(turn: Turn, event: VrrpEvent): void {
  const { machine } = turn
  switch (event.t) {
    case 'start':
      machine.since = turn.now
      review(turn)
      return
    case 'timer':
      onTimer(turn)
      return
    case 'advert':
      onAdvert(turn, event.advert)
      return
    case 'track': {
      const before = priorityOf(turn)
      const { up, weight, reason } = event
      machine.trackers = new Map(machine.trackers).set(event.tracker, { up, weight, reason })
      onPriority(turn, before, priorityOf(turn))
      review(turn)
      return
    }
    case 'link':
      machine.link = { up: event.up, reason: event.reason }
      review(turn)
      return
    case 'gate':
      if (machine.gate.open !== event.open) {
        log(turn, 'info', event.open ? `may be master: ${event.reason}` : `must not become master: ${event.reason}`)
      }
      machine.gate = { open: event.open, reason: event.reason }
      openElection(turn)
      return
    case 'promoted':
      onPromoted(turn, event)
      return
    case 'leave':
      leave(turn, event)
      return
    case 'leaveRefused':
      if (machine.stopAt !== null) stopNow(turn, { demoted: false })
      return
    case 'check':
      machine.checkThere = event.there
      if (!event.there) onCheckGone(turn)
      return
    case 'vipLost':
      if (machine.vip !== 'held') return
      log(turn, 'warn', 'somebody removed the virtual address: adding it again')
      takeVip(turn)
      advertise(turn)
      return
    case 'beat':
      onBeat(turn, event.priority)
      return
    case 'stop':
      onStop(turn, event.reason)
      return
  }
}

/** Only the skew of a running timer changes, as in keepalived. */
function onPriority(turn: Turn, before: number, after: number): void {
  const { machine, settings } = turn
  if (after === before) return
  log(turn, 'info', `Changing effective priority from ${before} to ${after}`)
  if (machine.masterDownAt === null) return
  const skew = (priority: number): number => skewMs(settings, priority, machine.masterIntervalMs)
  machine.masterDownAt += skew(after) - skew(before)
}

/** After anything that FAULT depends on has changed. */
function review(turn: Turn): void {
  const { machine } = turn
  if (machine.state === 'STOP') return
  const fault = whyFault(turn)
  if (fault !== null) {
    if (machine.state !== 'FAULT') enterFault(turn, fault)
    return
  }
  if (isUndecided(turn) || (machine.state !== 'INIT' && machine.state !== 'FAULT')) return
  if (turn.settings.priority === 255 && turn.settings.role === null) becomeMaster(turn)
  else enterBackup(turn)
}

function onPromoted(turn: Turn, answer: { id: number; ok: boolean; reason: string }): void {
  const { machine } = turn
  // A cancelled candidacy was followed by a demote: its late answer has no say.
  if (machine.candidacy?.id !== answer.id) return
  if (answer.ok && turn.now <= machine.candidacy.deadlineAt) {
    becomeMaster(turn)
    return
  }
  log(turn, 'error', `the database was not promoted: ${answer.reason}`)
  cancelCandidacy(turn, answer.reason)
}

function onCheckGone(turn: Turn): void {
  const { machine, settings } = turn
  if (settings.role === null) return
  machine.gate = { open: false, reason: 'the check worker is gone' }
  if (machine.candidacy !== null) cancelCandidacy(turn, machine.gate.reason)
  if (machine.stopAt !== null) machine.stopAt = turn.now
  if (machine.state === 'MASTER') log(turn, 'warn', 'the check worker is gone: serving on without it')
}
