import type { SyncGroup } from '../config/config.ts'
import { groupEvents } from '../vrrp/group.ts'
import type { Router } from './router.ts'

/** More rounds than any change needs: fault, leave, promote, elect. */
const MOST_ROUNDS = 8

/** Keeps the members of each group together: tells them what the others' state means for them. */
export function synchronize(groups: readonly SyncGroup[], routers: ReadonlyMap<string, Router>): void {
  for (const { name, instances } of groups) {
    if (instances.length < 2) continue
    const members = instances.flatMap((instance) => routers.get(instance) ?? [])
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const events = groupEvents(name, members)
      if (events.length === 0) break
      for (const [router, event] of events) router.event(event)
    }
  }
}
