import { effectiveWeight, type KnownPool, serverKey } from '../check/pool.ts'
import type { Config } from '../config/config.ts'
import type { Unsent } from '../notify/unsent.ts'
import { virtualServerTracker } from '../track/tracker-name.ts'
import type { VirtualServerStatus } from './status.ts'

/** What the check worker knows of virtual servers, and has not told yet, kept for the one that comes after it. */
export class ServerMemory {
  #known: Record<string, KnownPool> = {}
  #unsent: { readonly unsent?: Unsent } = {}

  keepUnsent(unsent: Unsent): void {
    this.#unsent = { unsent }
  }

  /** It is for one. */
  takeUnsent(): { readonly unsent?: Unsent } {
    const taken = this.#unsent
    this.#unsent = {}
    return taken
  }

  keep(name: string, known: KnownPool): void {
    this.#known[name] = known
  }

  /** What is configured no longer is forgotten. */
  recall(config: Config): Readonly<Record<string, KnownPool>> {
    const names = new Set(config.virtualServers.map(virtualServerTracker))
    this.#known = Object.fromEntries(Object.entries(this.#known).filter(([name]) => names.has(name)))
    return this.#known
  }

  status(config: Config): VirtualServerStatus[] {
    return config.virtualServers.map((virtual) => {
      const { label, quorum } = virtual
      const known = this.#known[virtualServerTracker(virtual)]
      const realServers = virtual.realServers.map((server) => {
        const state = known?.servers[serverKey(server)]
        const weight = state === undefined ? server.weight : effectiveWeight(server, state)
        return { address: server.address, port: server.port, up: state?.up ?? null, weight }
      })
      return { name: label, up: known?.quorumUp ?? null, quorum, realServers }
    })
  }
}
