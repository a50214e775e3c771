import type { HostFacts, ServerFacts } from '../hosts/host-facts.ts'
import { familyOf } from '../mysql/dialect.ts'

/** A host in one line: `db1: debian 12 amd64, MySQL 9.7.4 (running)`. */
export function describeHost(facts: HostFacts): string {
  // Debian's sid has no version.
  const { id, version, codename } = facts.os
  const system = [id, version || codename, facts.arch].filter((word) => word !== '').join(' ')
  return `${facts.hostname}: ${system}, ${describeServer(facts.server)}`
}

export function describeServer(server: ServerFacts | null): string {
  if (server === null) return 'no database server'
  const name = familyOf(server.flavour).name
  return `${name} ${server.version} (${server.running ? 'running' : 'stopped'})`
}

/** What will keep provisioning from doing all of its work on this host, one line each; [] when nothing does. */
export function obstacles(facts: HostFacts): readonly string[] {
  return [
    ...(facts.packageManager === 'apt' ? [] : ['it has no apt: the server has to be installed by hand first']),
    ...(facts.init === 'systemd' ? [] : ['it does not run systemd']),
  ]
}
