import { together } from '../events/together.ts'
import type { Connection } from '../hosts/connection.ts'
import { gather } from '../hosts/gather.ts'
import type { HostFacts } from '../hosts/host-facts.ts'
import type { Section } from '../hosts/remote-script.ts'
import { runSections } from '../hosts/run-sections.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import { contextOf } from './context.ts'
import { holdsVip, hostsOf, type Play, peerOf, type Task, type View } from './play.ts'
import { Registered, type Results } from './registered.ts'

/** What was found on the hosts: base facts of each, and each task's own facts on each host that it looks at. */
export interface Survey {
  readonly facts: ReadonlyMap<string, HostFacts>
  /** Host name → task id → what the task's module parsed. */
  readonly probed: ReadonlyMap<string, ReadonlyMap<string, unknown>>
}

/**
 * Looks at all hosts at once: base facts and the probes of all these plays in one round trip per host, and one more
 * only where a task's parameters name facts, or its module has a question that the facts of both raise.
 */
export async function survey(
  inventory: Inventory,
  connections: ReadonlyMap<string, Connection>,
  plays: readonly Play[],
  registered = new Registered(plays),
): Promise<Survey> {
  const wanted = [...connections.values()].map((connection) => ({
    connection,
    tasks: tasksAt(connection, inventory, plays),
  }))
  const looks = await settle(
    wanted.map(async ({ connection, tasks }) => {
      const sections = tasks.flatMap((item) => [
        ...sharedSections(item, inventory),
        ...(item.task.needsFacts ? [] : [section(item, inventory, null, {})]),
      ])
      const { facts, probes } = await gather(connection, sections)
      return { connection, tasks, facts, probes: new Map(probes) }
    }),
  )
  const facts = new Map(looks.map(({ connection, facts }) => [connection.name, facts]))
  const parsed = (item: TaskAt, probes: ReadonlyMap<string, string>): unknown => {
    const ids = [...sharedSections(item, inventory), { id: item.task.id }, { id: closerId(item) }].map(({ id }) => id)
    return item.task.module.parse(ids.map((id) => probes.get(id) ?? '').join('\n'))
  }
  await settle(
    looks.map(async ({ connection, tasks, probes }) => {
      // Only what is registered is read already here: to read all twice was 7 % of what a look computes.
      for (const item of tasks)
        if (!item.task.needsFacts && item.task.register !== null)
          registered.note(item.task, connection.name, parsed(item, probes), null)
      const results = registered.of(connection.name)
      const late = tasks.filter(({ task }) => task.needsFacts).map((item) => section(item, inventory, facts, results))
      if (late.length === 0) return
      const { finished } = await runSections(connection, 'probe', late)
      for (const { id, output } of finished) probes.set(id, output)
    }),
  )
  const probed = looks.map(({ connection, tasks, probes }) => {
    return [connection.name, new Map(tasks.map((item) => [item.task.id, parsed(item, probes)]))] as const
  })
  const found: Survey = { facts, probed: new Map(probed) }
  const asked = looks.map((look) => ({ ...look, sections: closerSections(look.tasks, inventory, found, registered) }))
  const closer = await settle(
    asked.map(async ({ connection, tasks, probes, sections }) => {
      if (sections.length === 0) return []
      const { finished } = await runSections(connection, 'probe', sections)
      for (const { id, output } of finished) probes.set(id, output)
      const news = tasks.filter((item) => probes.has(closerId(item)))
      return [[connection.name, new Map(news.map((item) => [item.task.id, parsed(item, probes)]))] as const]
    }),
  )
  const told = new Map(closer.flat())
  return {
    facts,
    probed: new Map([...found.probed].map(([name, all]) => [name, new Map([...all, ...(told.get(name) ?? [])])])),
  }
}

/** The view of a playbook's expressions for one host. */
export function viewOf(
  inventory: Inventory,
  host: Host,
  facts: ReadonlyMap<string, HostFacts> | null,
  registered: Results = {},
): View {
  const peer = peerOf(host, inventory)
  const own = facts?.get(host.name) ?? null
  return {
    inventory,
    host,
    peer,
    facts: own,
    peerFacts: facts?.get(peer.name) ?? null,
    holder: own === null ? null : holdsVip(own, inventory),
    registered,
  }
}

interface TaskAt {
  readonly task: Task
  readonly host: Host
}

/** Tasks whose facts are needed of this host: those that change it or its peer. */
function tasksAt(connection: Connection, inventory: Inventory, plays: readonly Play[]): TaskAt[] {
  const hosts = [...inventory.masters, ...(inventory.client === null ? [] : [inventory.client])]
  const host = hosts.find(({ name }) => name === connection.name)
  if (host === undefined) return []
  const peer = peerOf(host, inventory)
  return plays
    .filter((play) => hostsOf(play, inventory).some(({ name }) => name === host.name || name === peer.name))
    .flatMap((play) => [...play.tasks, ...play.handlers])
    .map((task) => ({ task, host }))
}

function section(
  { task, host }: TaskAt,
  inventory: Inventory,
  facts: ReadonlyMap<string, HostFacts> | null,
  results: Results,
): Section {
  const params = task.params(viewOf(inventory, host, facts, results))
  return { id: task.id, text: task.module.probe(params, { inventory, host, peer: peerOf(host, inventory) }) }
}

function closerId({ task }: TaskAt): string {
  return `${task.id} closer`
}

/** What the facts of both hosts raise. */
function closerSections(
  tasks: readonly TaskAt[],
  inventory: Inventory,
  found: Survey,
  registered: Registered,
): readonly Section[] {
  return tasks.flatMap((item) => {
    const { task, host } = item
    if (task.module.closer === undefined) return []
    const params = task.params(viewOf(inventory, host, found.facts, registered.of(host.name)))
    const text = task.module.closer(params, contextOf(task, host, inventory, found))
    return text === null ? [] : [{ id: closerId(item), text }]
  })
}

/** What the task's module asks together with others. */
function sharedSections({ task, host }: TaskAt, inventory: Inventory): Section[] {
  const texts = task.module.shared?.({ inventory, host, peer: peerOf(host, inventory) }) ?? []
  return texts.map((text, i) => ({ id: `${task.id} ${i}`, text }))
}

/** Waits for all, then throws what failed: no host is left working behind an error, and each host's trouble is said. */
export async function settle<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work)
  const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []))
  if (errors.length > 0) throw together(errors)
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}
