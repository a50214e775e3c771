import { isDeepStrictEqual } from 'node:util'
import type { Config, VrrpInstance } from '../config/config.ts'
import type { LateCallers } from '../linux/late-callers.ts'
import type { Netlink } from '../linux/netlink.ts'
import { leaseIsSafe } from '../vrrp/timing.ts'
import { expectedOf, movingOf, settingsOf } from './instance-settings.ts'
import type { Interfaces } from './interfaces.ts'
import { keptTrackers } from './kept-trackers.ts'
import type { Log } from './log.ts'
import { type Reload, reloadOf } from './reload.ts'
import { Router, type RouterSurroundings } from './router.ts'
import { VirtualAddresses } from './virtual-addresses.ts'

export interface RouterSetOptions {
  readonly netlink: Netlink
  readonly interfaces: Interfaces
  readonly late: LateCallers
  readonly surroundings: Omit<RouterSurroundings, 'addresses' | 'stopped'>
  readonly log: Log
  /** No router is left, after `stop`. */
  readonly onEmpty: () => void
}

/** The virtual routers of this host, and how another configuration becomes theirs. */
export class RouterSet {
  readonly #options: RouterSetOptions
  readonly #routers = new Map<string, Router>()
  /** On their way out in a reload, with what takes their place. */
  readonly #leaving = new Map<string, VrrpInstance | null>()
  readonly #stopped = new Set<string>()
  /** Begun by a reload, so the check worker that is there does not know them. */
  readonly #unheardOf = new Set<string>()
  #config: Config
  #stopping = false
  #onReloaded: (() => void) | null = null

  constructor(config: Config, options: RouterSetOptions) {
    this.#config = config
    this.#options = options
    for (const instance of config.instances) this.#add(instance)
  }

  get routers(): ReadonlyMap<string, Router> {
    return this.#routers
  }

  get config(): Config {
    return this.#config
  }

  /** @param holdUntil no election before; ms, monotonic */
  start(holdUntil: number): void {
    for (const router of this.#routers.values()) router.event({ t: 'start', holdUntil })
    for (const router of this.#routers.values()) router.lookAtLink()
  }

  /** A check worker has come: it has to know where everybody stands. */
  introduce(): void {
    for (const [name, router] of this.#routers) router.introduce(this.#unheardOf.delete(name))
  }

  stop(reason: string): void {
    this.#stopping = true
    if (this.#routers.size === 0) this.#options.onEmpty()
    for (const router of this.#routers.values()) router.event({ t: 'stop', reason })
  }

  /** @param done called when all that had to go has gone, and what takes its place has begun */
  reload(config: Config, done: () => void): void {
    const before = this.#config
    const plan = reloadOf(before, config)
    this.#config = config
    this.#onReloaded = done
    for (const name of plan.changed) this.#change(before, name)
    for (const name of [...plan.removed, ...plan.replaced]) this.#dismiss(name, plan)
    for (const name of plan.added) {
      // Removed a moment ago and not gone yet: it comes when the old one has.
      if (this.#leaving.has(name)) this.#leaving.set(name, this.#instance(name) ?? null)
      else this.#begin(this.#instance(name))
    }
    this.#settle()
  }

  #instance(name: string): VrrpInstance | undefined {
    return this.#config.instances.find((one) => one.name === name)
  }

  #addresses(instance: VrrpInstance): VirtualAddresses {
    const { netlink, interfaces, late } = this.#options
    return new VirtualAddresses(movingOf(instance), Math.ceil(instance.vipLease), netlink, interfaces, late)
  }

  #add(instance: VrrpInstance): Router {
    const { log, surroundings } = this.#options
    const { name, advertInterval } = instance
    const addresses = this.#addresses(instance)
    for (const address of addresses.clearLeftovers()) log('warn', `(${name}) removed ${address}, which was left over`)
    const settings = settingsOf(this.#config, instance)
    if (!leaseIsSafe(settings)) {
      const why = `vip_lease ${settings.leaseMs / 1000} outlives the peers’ patience of three advert_int ${advertInterval}`
      log('warn', `(${name}) ${why}: after a crash both hosts may have the address for a moment`)
    }
    const around = { ...surroundings, addresses, stopped: () => this.#onStopped(name) }
    const router = new Router(instance, settings, expectedOf(instance), around)
    this.#routers.set(name, router)
    return router
  }

  #begin(instance: VrrpInstance | undefined): void {
    if (instance === undefined || this.#stopping) return
    const router = this.#add(instance)
    this.#unheardOf.add(instance.name)
    router.event({ t: 'start' })
    router.lookAtLink()
  }

  #change(before: Config, name: string): void {
    const router = this.#routers.get(name)
    const instance = this.#instance(name)
    const was = before.instances.find((one) => one.name === name)
    if (router === undefined || instance === undefined || was === undefined) return
    const gone = goneOf(was, instance)
    const same = [gone, goneOf(instance, was)].every((moving) => Object.values(moving).every((all) => all.length === 0))
    router.become({
      instance,
      settings: settingsOf(this.#config, instance),
      expected: expectedOf(instance),
      addresses: this.#addresses(instance),
      dropped: same ? null : this.#addresses({ ...was, ...gone }),
      keeps: keptTrackers(this.#config, instance),
    })
  }

  #dismiss(name: string, { replaced }: Reload): void {
    const isReplaced = replaced.includes(name)
    this.#leaving.set(name, isReplaced ? (this.#instance(name) ?? null) : null)
    if (isReplaced) this.#routers.get(name)?.event({ t: 'stop', reason: 'reload' })
    else this.#routers.get(name)?.remove()
  }

  #onStopped(name: string): void {
    const successor = this.#leaving.get(name)
    if (successor !== undefined) {
      this.#leaving.delete(name)
      this.#routers.get(name)?.close()
      this.#routers.delete(name)
      if (successor !== null) this.#begin(successor)
      this.#settle()
    } else this.#stopped.add(name)
    if (this.#stopping && [...this.#routers.keys()].every((one) => this.#stopped.has(one))) this.#options.onEmpty()
  }

  #settle(): void {
    if (this.#leaving.size > 0) return
    const done = this.#onReloaded
    this.#onReloaded = null
    done?.()
  }
}

/** What moves with the one instance and not with the other. */
function goneOf(before: VrrpInstance, after: VrrpInstance) {
  const missing = <Thing>(old: readonly Thing[], now: readonly Thing[]): Thing[] =>
    old.filter((one) => !now.some((other) => isDeepStrictEqual(one, other)))
  return {
    virtualAddresses: missing(before.virtualAddresses, after.virtualAddresses),
    excludedAddresses: missing(before.excludedAddresses, after.excludedAddresses),
    // The lease is part of a route in the kernel.
    virtualRoutes:
      before.vipLease === after.vipLease ? missing(before.virtualRoutes, after.virtualRoutes) : before.virtualRoutes,
    virtualRules: missing(before.virtualRules, after.virtualRules),
  }
}
