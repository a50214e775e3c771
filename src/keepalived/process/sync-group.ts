import type { SyncGroup } from '../config/config.ts'
import { whyFault } from '../vrrp/tracking.ts'
import type { Router } from './router.ts'

const PREFIX = 'sync group '

/**
 * A group's members are in FAULT together: what faults one is a tracker of the others. A fault that came from the group
 * is not passed on, so that they recover together, too.
 */
export function shareFaults(groups: readonly SyncGroup[], routers: ReadonlyMap<string, Router>): void {
  for (const group of groups) {
    for (const name of group.instances) {
      const router = routers.get(name)
      if (router === undefined) continue
      const faulty = group.instances.find((other) => other !== name && hasOwnFault(routers.get(other)))
      const tracker = `${PREFIX}${group.name}`
      const known = router.machine.trackers.get(tracker)
      if ((known?.up ?? true) === (faulty === undefined)) continue
      const reason = faulty === undefined ? 'all members are well' : `${faulty} is in FAULT`
      router.event({ t: 'track', tracker, up: faulty === undefined, weight: null, reason })
    }
  }
}

function hasOwnFault(router: Router | undefined): boolean {
  if (router === undefined) return false
  const { machine, settings } = router
  const own = new Map([...machine.trackers].filter(([name]) => !name.startsWith(PREFIX)))
  return whyFault({ settings, machine: { ...machine, trackers: own } }) !== null
}
