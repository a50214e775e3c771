import { takeLock } from '../engine/lock.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import { together } from '../events/together.ts'
import { connect } from '../hosts/connection.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import type { Bounds } from './analysis/intervals.ts'
import { boundsOf } from './analysis/intervals.ts'
import { monotonic } from './clock.ts'
import { observe } from './pair/host-state.ts'
import { type Pair, pairProblems, rolesOf } from './pair/whole.ts'
import type { SamplerConfig } from './protocol.ts'
import type { Assets } from './runtime.ts'
import { SamplerClient } from './sampler-client.ts'
import { until } from './until.ts'

const SOCKETS = ['/run/mysqld/mysqld.sock', '/var/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock']
const VIP_EVERY = 2
const WRITABLE_EVERY = 50
const LOOK_EVERY = 100

/** Both masters under observation for the whole drill, over the deaths of either. */
export class DrilledPair {
  readonly #inventory: Inventory
  readonly #assets: Assets
  readonly #samplers = new Map<string, SamplerClient[]>()

  constructor(inventory: Inventory, assets: Assets) {
    this.#inventory = inventory
    this.#assets = assets
  }

  get masters(): readonly [Host, Host] {
    return this.#inventory.masters
  }

  async start(): Promise<void> {
    const attempts = await Promise.allSettled(this.masters.map((host) => this.#watch(host)))
    const errors = attempts.flatMap((attempt): unknown[] => (attempt.status === 'rejected' ? [attempt.reason] : []))
    if (errors.length > 0) throw together(errors)
  }

  /** The sampler that looks at a host now. */
  sampler(host: Host): SamplerClient {
    const sampler = this.#samplers.get(host.name)?.at(-1)
    if (sampler === undefined) throw new Error(`no sampler on ${host.name}`)
    return sampler
  }

  /** Waits for a host that lost its power, and watches it again. @throws MmhaError DRILL_HOST_GONE after `ms` */
  async watchAgain(host: Host, ms: number, signal: AbortSignal): Promise<void> {
    let last: unknown
    const back = await until(ms, 250, signal, async () => {
      try {
        await this.#watch(host)
        return true
      } catch (error) {
        last = error
        return undefined
      }
    })
    if (back === true) return
    throw new MmhaError(`${host.name} did not come back within ${ms / 1000} s`, {
      code: 'DRILL_HOST_GONE',
      source: 'user',
      exit: EXIT.unreachable,
      host: host.name,
      hint: 'start it by hand, then run `mmha verify` again',
      cause: last,
    })
  }

  /** Both databases as they are now. @throws SqlError when one does not answer, MmhaError when its host is not there */
  async look(): Promise<Pair> {
    const [a, b] = this.masters
    const one = async (host: Host) => {
      if (this.sampler(host).lost) await this.#watch(host)
      return observe(host.name, this.sampler(host).held, this.sampler(host))
    }
    const [first, second] = await Promise.allSettled([one(a), one(b)])
    if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value]
    const reasons = [first, second].flatMap((look): unknown[] => (look.status === 'rejected' ? [look.reason] : []))
    if (reasons.length === 1) throw reasons[0]
    throw new Error(reasons.map((reason) => (reason instanceof Error ? reason.message : String(reason))).join('; '))
  }

  /** Waits until the pair is whole; gives the pair, or what was still missing after `ms`. */
  async whole(ms: number, signal: AbortSignal): Promise<{ readonly pair: Pair } | { readonly problems: string[] }> {
    let problems: string[] = ['the databases did not answer']
    let earlier: Pair | null = null
    const pair = await until(ms, LOOK_EVERY, signal, async () => {
      const now = await this.look().catch((error: unknown) => {
        problems = [error instanceof Error ? error.message : String(error)]
        return null
      })
      if (now === null) return undefined
      const holderBefore = earlier === null ? null : (rolesOf(earlier)?.holder ?? null)
      problems = pairProblems(now, holderBefore, this.#inventory.keepalived.engine)
      earlier = now
      return problems.length === 0 ? now : undefined
    })
    return pair === undefined ? { problems } : { pair }
  }

  /** The host that holds the VIP, when exactly one does. */
  holder(): Host | null {
    const holders = this.masters.filter((host) => this.sampler(host).held)
    return holders.length === 1 ? (holders[0] ?? null) : null
  }

  /** When each host held the VIP, was writable, and that without waiting for the other, over all its samplers; our clock. */
  bounds(): readonly {
    readonly name: string
    readonly vip: Bounds
    readonly writable: Bounds
    readonly alone: Bounds
  }[] {
    return this.masters.map(({ name }) => {
      const watches = (this.#samplers.get(name) ?? []).map((sampler) => sampler.watches())
      return {
        name,
        vip: boundsOf(watches.map(({ vip }) => vip)),
        writable: boundsOf(watches.map(({ writable }) => writable)),
        alone: boundsOf(watches.map(({ alone }) => alone)),
      }
    })
  }

  /** How far the clocks of both hosts may be apart after correction, ms. */
  get clockUncertainty(): number {
    return this.masters.reduce((sum, host) => sum + this.sampler(host).clockUncertainty, 0)
  }

  /** Longest time between two looks of a sampler at its addresses since this was last asked, ms. */
  takeWorstLook(): number {
    return Math.max(...[...this.#samplers.values()].flat().map((sampler) => sampler.takeWorstLook()))
  }

  close(): void {
    for (const { name } of this.masters) this.#samplers.get(name)?.at(-1)?.close()
  }

  async #watch(host: Host): Promise<void> {
    const connection = await connect(host.name, host.ssh)
    const config: SamplerConfig = {
      vip: this.#inventory.vip.address,
      sockets: SOCKETS,
      vipEvery: VIP_EVERY,
      writableEvery: WRITABLE_EVERY,
    }
    try {
      // Against a second drill, and against provisioning meanwhile. It ends with the connection.
      await takeLock(connection)
      const sampler = await SamplerClient.start(host, connection, this.#assets, config)
      this.#samplers.set(host.name, [...(this.#samplers.get(host.name) ?? []), sampler])
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  /** Time since some fixed moment, ms: the clock of every measured time of a drill. */
  now(): number {
    return monotonic()
  }
}
