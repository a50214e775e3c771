import type { Turn } from './turn.ts'

/** What is tracked, as priority and as FAULT (keepalived's rules). Pure. */
type Watched = Pick<Turn, 'settings' | 'machine'>

/**
 * Effective priority: a positive weight counts while its tracker is up, a negative one while it is down, with the
 * opposite sign where it is reversed; clipped to 1..254. An address owner (255) keeps its priority.
 */
export function priorityOf({ settings, machine }: Watched): number {
  if (settings.priority === 255) return 255
  let priority = settings.priority
  for (const { up, weight, reverse } of machine.trackers.values()) {
    if (weight === null || up === null) continue
    if (up ? weight > 0 : weight < 0) priority += reverse === true ? -weight : weight
  }
  return Math.min(254, Math.max(1, priority))
}

/** Why this node must be in FAULT, or null. */
export function whyFault({ machine }: Watched): string | null {
  if (machine.link.up === false) return machine.link.reason
  for (const [name, tracker] of machine.trackers) {
    if (tracker.up === (tracker.reverse === true) && (tracker.weight ?? 0) === 0) return `${name}: ${tracker.reason}`
  }
  return null
}

/** True until the start's delay is over, the link was looked at and every tracker that can cause FAULT has spoken once. */
export function isUndecided({ machine }: Watched): boolean {
  if (machine.link.up === null || machine.holdUntil !== null) return true
  return [...machine.trackers.values()].some((tracker) => tracker.up === null && (tracker.weight ?? 0) === 0)
}
