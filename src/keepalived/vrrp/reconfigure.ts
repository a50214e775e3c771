import type { Effect } from './event.ts'
import type { Machine, Settings } from './state.ts'
import { masterDownMs, renewEveryMs } from './timing.ts'
import { priorityOf } from './tracking.ts'
import { advertise, log, type Turn } from './turn.ts'

export interface Reconfiguration {
  readonly before: Settings
  readonly after: Settings
  /** Trackers that the new configuration still has. */
  readonly keeps: (tracker: string) => boolean
  /** The list of virtual addresses differs. */
  readonly addressesDiffer: boolean
}

/**
 * The same virtual router under other settings: state, address and running timers stay; what depends on a changed
 * number is worked out anew. A change of identity (interface, VRID, version, role or not) is no case for this.
 * @param now ms, as in `reduce`
 */
export function reconfigure(
  change: Reconfiguration,
  machine: Machine,
  now: number,
): { readonly machine: Machine; readonly effects: readonly Effect[] } {
  const { before, after } = change
  const turn: Turn = { settings: after, machine: { ...machine }, now, effects: [] }
  const priorityBefore = priorityOf({ settings: before, machine })
  dropTrackers(turn, change)
  const priority = priorityOf(turn)
  if (priority !== priorityBefore) {
    log(turn, 'info', `Changing effective priority from ${priorityBefore} to ${priority}`)
  }
  if (after.nopreempt || after.preemptDelayMs !== before.preemptDelayMs) turn.machine.preemptAt = null
  // It waited for a group that it is not in any more.
  if (before.grouped && !after.grouped && machine.groupVote !== 'none' && machine.candidacy === null) {
    turn.machine.groupVote = 'none'
    turn.machine.masterDownAt = now
  }
  if (machine.state === 'MASTER') holderChanges(turn, change, priority !== priorityBefore)
  else backupChanges(turn, before, { before: priorityBefore, after: priority })
  return { machine: turn.machine, effects: turn.effects }
}

function dropTrackers({ machine, settings }: Turn, { keeps }: Reconfiguration): void {
  const trackers = new Map([...machine.trackers].filter(([name]) => keeps(name)))
  for (const name of settings.awaitedTrackers) {
    if (!trackers.has(name)) trackers.set(name, { up: null, weight: null, reason: 'not heard from yet' })
  }
  machine.trackers = trackers
}

function backupChanges(turn: Turn, before: Settings, priority: { before: number; after: number }): void {
  const { machine, settings } = turn
  const intervalBefore = machine.masterIntervalMs
  // Version 3 has learned the master's own, which is what counts until the master says otherwise.
  if (settings.version === 2 || machine.masterDownAt === null) machine.masterIntervalMs = settings.advertMs
  if (machine.masterDownAt === null) return
  const was = masterDownMs(before, priority.before, intervalBefore)
  machine.masterDownAt += masterDownMs(settings, priority.after, machine.masterIntervalMs) - was
}

function holderChanges(turn: Turn, { before, after, addressesDiffer }: Reconfiguration, repriced: boolean): void {
  const { machine, now } = turn
  machine.masterIntervalMs = after.advertMs
  if (after.garpRefreshMs !== before.garpRefreshMs) {
    machine.refreshAt = after.garpRefreshMs > 0 ? now + after.garpRefreshMs : null
  }
  const rhythm = after.advertMs !== before.advertMs || after.leaseMs !== before.leaseMs
  if (machine.vip === 'held' && (rhythm || addressesDiffer)) {
    turn.effects.push({ do: 'addVip' })
    machine.renewAt = after.leaseMs > 0 ? now + renewEveryMs(after) : null
    if (addressesDiffer) turn.effects.push({ do: 'garp' })
  }
  // The peers learn of it at once, and our own silence is counted in the new interval from now.
  if (rhythm || addressesDiffer || repriced) advertise(turn)
}
