import type { KnownPool } from '../check/pool.ts'
import type { Config } from '../config/config.ts'
import { virtualServerTracker } from '../track/tracker-name.ts'

/** What the check worker knows of virtual servers, kept for the one that comes after it. */
export class ServerMemory {
  #known: Record<string, KnownPool> = {}

  keep(name: string, known: KnownPool): void {
    this.#known[name] = known
  }

  /** What is configured no longer is forgotten. */
  recall(config: Config): Readonly<Record<string, KnownPool>> {
    const names = new Set(config.virtualServers.map(virtualServerTracker))
    this.#known = Object.fromEntries(Object.entries(this.#known).filter(([name]) => names.has(name)))
    return this.#known
  }
}
