import type { Sink } from '../events/event.ts'
import { told } from '../events/message.ts'
import { preflight, finding as shown } from '../events/messages/findings.ts'
import { frame } from '../events/messages/frame.ts'
import type { Connection } from '../hosts/connection.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { bySeverity, type Finding, refusalOf } from '../modules/preflight/finding.ts'
import { connectAll } from './connect-all.ts'
import { contextOf } from './context.ts'
import { checkHosts } from './host-checks.ts'
import { inPhase } from './phase.ts'
import { hostsOf, type Play } from './play.ts'
import { Registered } from './registered.ts'
import { type Survey, survey, viewOf } from './survey.ts'

/** All that the tasks of these plays have to say before anything is touched, the worst first. Pure. */
export function findingsOf(plays: readonly Play[], inventory: Inventory, found: Survey): readonly Finding[] {
  const registered = new Registered(plays)
  const said = plays.flatMap((play) =>
    hostsOf(play, inventory).flatMap((host) =>
      play.tasks.flatMap((task) => {
        registered.note(task, host.name, found.probed.get(host.name)?.get(task.id), false)
        const view = viewOf(inventory, host, found.facts, registered.of(host.name))
        if (task.module.findings === undefined || !task.when(view)) return []
        return task.module.findings(task.params(view), contextOf(task, host, inventory, found))
      }),
    ),
  )
  return bySeverity(said)
}

/** Says them, and ends the run where one blocks. @throws MmhaError (exit 5) */
export function sayFindings(findings: readonly Finding[], sink: Sink): void {
  for (const finding of findings) {
    const { severity, host, code, what, todo } = finding
    // What blocks is said by the error at the end.
    if (severity === 'blocks') continue
    const level = severity === 'warns' ? 'warn' : 'debug'
    const text = preflight('preflight.said', { what: shown(what), todo: shown(todo), code })
    sink({ code: 'preflight.finding', level, ...told(text), data: { ...finding }, ...(host === null ? {} : { host }) })
  }
  const refusal = refusalOf(findings, 'preflight')
  if (refusal !== null) throw refusal
}

/** Only looks: one round trip a host after connecting. @throws MmhaError: unreachable (3), unfit inventory (4) */
export async function lookForFindings(
  inventory: Inventory,
  plays: readonly Play[],
  sink: Sink,
): Promise<readonly Finding[]> {
  let connections: ReadonlyMap<string, Connection> = new Map()
  try {
    connections = await connectAll({ inventory, plays, sink }, new AbortController().signal)
    const found = await inPhase(sink, frame('phase.look'), inventory.masters, () =>
      survey(inventory, connections, plays),
    )
    checkHosts(inventory, found.facts)
    return findingsOf(plays, inventory, found)
  } finally {
    await Promise.all([...connections.values()].map((connection) => connection.close()))
  }
}
