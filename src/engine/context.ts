import type { Host, Inventory } from '../inventory/inventory.ts'
import type { PlanContext } from '../modules/module.ts'
import { peerOf, type Task } from './play.ts'
import type { Survey } from './survey.ts'

export type Context = PlanContext<unknown>

/** What a task's module sees of a survey, on one host. */
export function contextOf(task: Task, host: Host, inventory: Inventory, found: Survey): Context {
  const peer = peerOf(host, inventory)
  const facts = found.facts.get(host.name)
  const peerFacts = found.facts.get(peer.name)
  if (facts === undefined || peerFacts === undefined) throw new Error(`no facts of ${host.name}`)
  return {
    inventory,
    host,
    peer,
    facts,
    peerFacts,
    mine: found.probed.get(host.name)?.get(task.id),
    theirs: found.probed.get(peer.name)?.get(task.id),
    taskId: task.id,
    taskName: task.name,
  }
}
