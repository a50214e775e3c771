import type { VirtualRoute, VirtualRule } from '../config/routes.ts'
import { SyscallError } from '../linux/native.ts'
import type { Netlink } from '../linux/netlink.ts'
import { MAIN_TABLE, type NetworkBytes, type RouteChange, type RuleChange } from '../linux/route-message.ts'
import { addressBytes } from '../vrrp/address.ts'
import type { Interfaces } from './interfaces.ts'

export interface RoutesOptions {
  readonly routes: readonly VirtualRoute[]
  readonly rules: readonly VirtualRule[]
  /** s; 0: none. */
  readonly leaseSeconds: number
  /** The first IPv4 VIP: with a lease, its end ends the IPv4 routes. */
  readonly vip: Uint8Array | null
}

/** The routes and rules of one instance in the kernel; they never outlive its addresses. */
export class VirtualRoutes {
  readonly #options: RoutesOptions
  readonly #netlink: Netlink
  readonly #interfaces: Interfaces

  constructor(options: RoutesOptions, netlink: Netlink, interfaces: Interfaces) {
    this.#options = options
    this.#netlink = netlink
    this.#interfaces = interfaces
  }

  /** Adds them, or renews them with the lease; the addresses have to be there. @returns what the kernel refused */
  add(): string[] {
    return [
      ...this.#eachRoute((change) => this.#netlink.addRoute(change)),
      ...this.#eachRule((change) => this.#netlink.addRule(change)),
    ]
  }

  /** @returns what the kernel refused */
  remove(): string[] {
    return [
      ...this.#eachRule((change) => this.#netlink.removeRule(change)),
      ...this.#eachRoute((change) => this.#netlink.removeRoute(change)),
    ]
  }

  #eachRoute(apply: (change: RouteChange) => void): string[] {
    return this.#options.routes.flatMap((route) => {
      const text = `route to ${route.to.address}/${route.to.prefix}`
      const ifindex = route.dev === null ? null : this.#interfaces.link(route.dev)?.ifindex
      // Its routes go with an interface.
      if (ifindex === undefined) return [`${text}: there is no interface ${route.dev}`]
      return attempt(text, () => apply(this.#change(route, ifindex)))
    })
  }

  #change(route: VirtualRoute, ifindex: number | null): RouteChange {
    const { leaseSeconds, vip } = this.#options
    const leased = leaseSeconds > 0 && route.family === 4 ? vip : null
    return {
      family: route.family,
      to: bytesOf(route.to),
      via: route.via === null ? null : addressBytes(route.via),
      ifindex,
      source: route.source === null ? leased : addressBytes(route.source),
      metric: route.metric,
      table: route.table ?? MAIN_TABLE,
      onlink: route.onlink,
      leaseSeconds,
    }
  }

  #eachRule(apply: (change: RuleChange) => void): string[] {
    return this.#options.rules.flatMap((rule) => {
      const change = {
        ...rule,
        from: rule.from === null ? null : bytesOf(rule.from),
        to: rule.to === null ? null : bytesOf(rule.to),
      }
      return attempt(`rule ${rule.priority}`, () => apply(change))
    })
  }
}

function bytesOf({ address, prefix }: { readonly address: string; readonly prefix: number }): NetworkBytes {
  return { address: addressBytes(address), prefix }
}

function attempt(what: string, apply: () => void): string[] {
  try {
    apply()
    return []
  } catch (error) {
    if (error instanceof SyscallError) return [`${what}: ${error.message}`]
    throw error
  }
}
