import { MmhaError } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import { told } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { together } from '../events/together.ts'
import { type Connection, connect } from '../hosts/connection.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import { inPhase } from './phase.ts'
import { hostsOf, type Play } from './play.ts'

/** Connections to all hosts that these plays need, by name. @throws MmhaError by all that can't be reached; none stays open. */
export async function connectAll(
  { inventory, plays, sink }: { readonly inventory: Inventory; readonly plays: readonly Play[]; readonly sink: Sink },
  signal: AbortSignal,
): Promise<Map<string, Connection>> {
  const used = new Map<string, Host>(inventory.masters.map((host) => [host.name, host]))
  for (const host of plays.flatMap((play) => hostsOf(play, inventory))) used.set(host.name, host)
  const hosts = [...used.values()]
  const connections: Connection[] = []
  const errors = await inPhase(sink, frame('phase.connect'), hosts, async () => {
    const attempts = await Promise.allSettled(hosts.map((host) => connect(host.name, host.ssh, { signal })))
    return attempts.flatMap((attempt, i): unknown[] => {
      if (attempt.status === 'fulfilled') {
        connections.push(attempt.value)
        return []
      }
      const { reason } = attempt as { reason: unknown }
      unreachable(sink, hosts[i]?.name ?? '', reason)
      return [reason]
    })
  })
  if (errors.length === 0) return new Map(connections.map((connection) => [connection.name, connection]))
  await Promise.all(connections.map((connection) => connection.close()))
  throw together(errors)
}

function unreachable(sink: Sink, host: string, reason: unknown): void {
  const text = reason instanceof MmhaError ? reason.said : reason instanceof Error ? reason.message : String(reason)
  sink({ code: 'host.unreachable', level: 'debug', host, ...told(text) })
}
