import { isWeighing, type VirtualServer } from '../config/servers.ts'
import { realServerTracker, virtualServerTracker } from '../track/tracker-name.ts'
import { type Pool, weightOf } from './pool.ts'

/** Whether this host's servers are good enough for the address of their virtual server. */
export interface AddressTracker {
  readonly name: string
  readonly up: boolean
}

/**
 * What the servers of this host mean for the address. Each must be up and have a weight; where a quorum is written, what is live of
 * them must reach it, or all that they weigh if that is less: other hosts' servers are no reason to give the address up, since it
 * would not be better there. Pure.
 * @param isHere is this one of the host's own addresses?
 * @param wasUp what was said of a tracker last, for the hysteresis
 */
export function addressTrackers(
  pool: Pool,
  virtual: VirtualServer,
  isHere: (address: string) => boolean,
  wasUp: (tracker: string) => boolean,
): AddressTracker[] {
  const own = virtual.realServers.flatMap((server, index) => {
    const state = pool.servers[index]
    const counts = server.weight > 0 || server.checks.some(isWeighing)
    if (state === undefined || !counts || !isHere(server.address)) return []
    return [{ server, state, weight: weightOf(pool, virtual, index) }]
  })
  if (own.length === 0) return []
  if (!virtual.quorumIsSet) {
    return own
      .filter(({ state }) => state.decided || !state.up)
      .map(({ server, state, weight }) => ({ name: realServerTracker(virtual, server), up: state.up && weight > 0 }))
  }
  const name = virtualServerTracker(virtual)
  const { quorum, hysteresis } = virtual
  const total = own.reduce((sum, { server }) => sum + Math.max(0, server.weight), 0)
  const live = own.reduce((sum, { state, weight }) => sum + (state.up ? weight : 0), 0)
  const needed = Math.min(quorum + (wasUp(name) ? -hysteresis : hysteresis), total)
  return [{ name, up: live > 0 && live >= needed }]
}
