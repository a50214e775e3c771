import type { Message } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import type { HostFacts, ServerFacts } from '../hosts/host-facts.ts'
import { familyOf } from '../mysql/dialect.ts'

/** A host in one line: `db1: debian 12 amd64, MySQL 9.7.4 (running)`. */
export function describeHost(facts: HostFacts): Message {
  // Debian's sid has no version.
  const { id, version, codename } = facts.os
  const system = [id, version || codename, facts.arch].filter((word) => word !== '').join(' ')
  return wizard('wizard.host', { name: facts.hostname, system, server: describeServer(facts.server) })
}

export function describeServer(server: ServerFacts | null): Message {
  if (server === null) return wizard('wizard.host.no-server')
  const name = familyOf(server.flavour).name
  const state = wizard(server.running ? 'wizard.host.running' : 'wizard.host.stopped')
  return wizard('wizard.host.server', { name, version: server.version, state })
}

/** What will keep provisioning from doing all of its work on this host, one line each; [] when nothing does. */
export function obstacles(facts: HostFacts): readonly Message[] {
  return [
    ...(facts.packageManager === 'apt' ? [] : [wizard('wizard.host.no-apt')]),
    ...(facts.init === 'systemd' ? [] : [wizard('wizard.host.no-systemd')]),
  ]
}
