import { becomeMaster, cancelCandidacy, enterBackup, enterFault, onAdvert, onTimer, openElection } from './election.ts'
import type { Effect, VrrpEvent } from './event.ts'
import { onGroupElect, onGroupLeave } from './group.ts'
import { leave, onStop, stopNow, suspect, takeVip } from './handover.ts'
import { onBeat } from './second-opinion.ts'
import type { Machine, Settings } from './state.ts'
import { skewMs } from './timing.ts'
import { isUndecided, priorityOf, whyFault } from './tracking.ts'
import { advertise, log, type Turn } from './turn.ts'

/**
 * One virtual router as a pure reducer: RFC 9568 6.4 with keepalived's FAULT state, and with the database's side of
 * a role change. Times are ms of one monotonic clock that the caller reads.
 */
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
      if (event.holdUntil !== undefined && event.holdUntil > turn.now) hold(turn, event.holdUntil)
      review(turn)
      return
    case 'timer':
      if (machine.holdUntil !== null && machine.holdUntil <= turn.now) {
        machine.holdUntil = null
        review(turn)
      }
      onTimer(turn)
      return
    case 'advert':
      onAdvert(turn, event.advert)
      return
    case 'track': {
      const before = priorityOf(turn)
      const { up, weight, reverse = false, reason } = event
      machine.trackers = new Map(machine.trackers).set(event.tracker, { up, weight, reverse, reason })
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
    case 'renewedLate':
      if (machine.state === 'MASTER' && machine.vip === 'held') advertise(turn)
      return
    case 'beat':
      onBeat(turn, event.priority)
      return
    case 'groupElect':
      onGroupElect(turn)
      return
    case 'groupLeave':
      onGroupLeave(turn, event.reason)
      return
    case 'stop':
      onStop(turn, event.reason)
      return
  }
}

function hold(turn: Turn, until: number): void {
  turn.machine.holdUntil = until
  log(turn, 'info', `Delaying the start by ${((until - turn.now) / 1000).toFixed(1)} s`)
}

/** Only the skew of a running timer changes, as in keepalived. */
function onPriority(turn: Turn, before: number, after: number): void {
  const { machine, settings } = turn
  if (after === before) return
  log(turn, 'info', `Changing effective priority from ${before} to ${after}`)
  const { state } = machine
  if (settings.notifyPriorityChanges && (state === 'MASTER' || state === 'BACKUP')) {
    turn.effects.push({ do: 'tell', message: { t: 'priority', instance: settings.name, state, priority: after } })
  }
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
  const { priority, role, grouped } = turn.settings
  if (priority === 255 && role === null && !grouped) {
    becomeMaster(turn)
    return
  }
  enterBackup(turn)
  // An owner waits for its group only.
  if (priority === 255 && role === null) machine.masterDownAt = turn.now
}

function onPromoted(turn: Turn, answer: { id: number; ok: boolean; reason: string }): void {
  const { machine } = turn
  // A cancelled candidacy was followed by a demote: its late answer has no say.
  if (machine.candidacy?.id !== answer.id) return
  if (answer.ok && turn.now <= machine.candidacy.deadlineAt) {
    if (turn.settings.grouped) machine.groupVote = 'ready'
    else becomeMaster(turn)
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
