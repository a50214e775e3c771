import { forwardsIpv6 } from '../linux/forwarding.ts'
import type { LateCallers, LeftAddress } from '../linux/late-callers.ts'
import { SyscallError } from '../linux/native.ts'
import { gratuitousArp, neighbourAdvertisement } from '../linux/neighbour-frames.ts'
import type { Netlink } from '../linux/netlink.ts'
import type { AddressChange, AddressEvent } from '../linux/netlink-message.ts'
import { resetConnectionsTo } from '../role/fence.ts'
import { sameAddress } from '../vrrp/address.ts'
import type { Moving, VipAddress } from './instance-settings.ts'
import type { Interfaces } from './interfaces.ts'
import { VirtualRoutes } from './virtual-routes.ts'

/** A frame that tells the neighbours on a link where an address is. */
export interface Announcement {
  readonly dev: string
  readonly ifindex: number
  readonly family: 4 | 6
  readonly frame: Buffer
}

/** What moves with one instance, in the kernel: addresses, and the routes and rules that go with them. */
export class VirtualAddresses {
  readonly #vips: readonly VipAddress[]
  readonly #moving: Moving
  readonly #leaseSeconds: number
  readonly #netlink: Netlink
  readonly #interfaces: Interfaces
  readonly #routes: VirtualRoutes
  readonly #late: LateCallers | null

  /**
   * @param leaseSeconds 0: for ever, as keepalived.
   * @param late answers who looks for them here after they have gone; null: nobody does
   */
  constructor(
    moving: Moving,
    leaseSeconds: number,
    netlink: Netlink,
    interfaces: Interfaces,
    late: LateCallers | null = null,
  ) {
    this.#late = late
    this.#vips = moving.vips
    this.#moving = moving
    this.#leaseSeconds = leaseSeconds
    this.#netlink = netlink
    this.#interfaces = interfaces
    const vip = moving.vips.find(({ family }) => family === 4)?.bytes ?? null
    const { routes, rules } = moving
    this.#routes = new VirtualRoutes({ routes, rules, leaseSeconds, vip }, netlink, interfaces)
  }

  /** Adds them or renews their lease. @returns what the kernel refused, for the log */
  add(): string[] {
    for (const one of this.#left()) this.#late?.forget(one)
    const promoted = this.#moving.promoteSecondaries ? this.#promoteSecondaries() : []
    const added = this.#each((change) => this.#netlink.add(change))
    return [...promoted, ...added, ...this.#routes.add()]
  }

  /** @returns what the kernel refused, for the log */
  remove(): string[] {
    const routes = this.#routes.remove()
    return [...routes, ...this.#each((change) => this.#netlink.remove(change))]
  }

  /**
   * What is connected to them is reset, and for a moment who still comes for them: to be done while they are there.
   * @returns why not, for the log
   */
  resetConnections(): string[] {
    const complaint = resetConnectionsTo(this.#vips.map(({ bytes }) => bytes))
    const reset = complaint === '' ? [] : [`connections could not be reset: ${complaint}`]
    return [...reset, ...this.#answerLate()]
  }

  /** Removes what an earlier life of this daemon left behind. @returns the addresses that were there */
  clearLeftovers(): string[] {
    const found = this.#vips.filter((vip) => {
      const link = this.#interfaces.link(vip.dev)
      return link !== undefined && this.#interfaces.addressesOf(link.ifindex).some((one) => isAddress(vip, one))
    })
    // A rule may have outlived them.
    if (found.length > 0) this.remove()
    else this.#routes.remove()
    return found.map((vip) => vip.text)
  }

  owns(event: AddressEvent): boolean {
    return this.#find(event) !== undefined
  }

  /** Is it news when this address goes? */
  tracks(event: AddressEvent): boolean {
    return this.#find(event)?.tracked === true
  }

  /** For each address one frame. @param elsewhere only those that are not on this interface */
  announcements(elsewhere: string | null = null): Announcement[] {
    return this.#vips.flatMap(({ dev, family, bytes }) => {
      const link = this.#interfaces.link(dev)
      if (link === undefined || link.hardware.length !== 6 || dev === elsewhere) return []
      const frame =
        family === 4
          ? gratuitousArp(link.hardware, bytes)
          : neighbourAdvertisement(link.hardware, bytes, forwardsIpv6(dev))
      return [{ dev, ifindex: link.ifindex, family, frame }]
    })
  }

  #answerLate(): string[] {
    try {
      for (const one of this.#left()) this.#late?.answer(one)
      return []
    } catch (error) {
      if (error instanceof SyscallError) return [`late clients are not answered: ${error.message}`]
      throw error
    }
  }

  #left(): LeftAddress[] {
    return this.#vips.flatMap(({ dev, bytes: address }) => {
      const link = this.#interfaces.link(dev)
      if (link === undefined || link.hardware.length !== 6) return []
      return [{ ifindex: link.ifindex, hardware: link.hardware, address }]
    })
  }

  #find(event: AddressEvent): VipAddress | undefined {
    return this.#vips.find((vip) => isAddress(vip, event) && this.#interfaces.link(vip.dev)?.ifindex === event.ifindex)
  }

  #promoteSecondaries(): string[] {
    const devices = new Set(this.#vips.filter(({ family }) => family === 4).map(({ dev }) => dev))
    return [...devices].flatMap((dev) => {
      const link = this.#interfaces.link(dev)
      try {
        if (link !== undefined) this.#netlink.promoteSecondaries(link.ifindex)
        return []
      } catch (error) {
        if (error instanceof SyscallError) return [`promote_secondaries on ${dev}: ${error.message}`]
        throw error
      }
    })
  }

  #each(apply: (change: AddressChange) => void): string[] {
    return this.#vips.flatMap((vip) => {
      const link = this.#interfaces.link(vip.dev)
      if (link === undefined) return [`${vip.text}: there is no interface ${vip.dev}`]
      const { bytes: address, family, prefix, label, preferredSeconds } = vip
      const leaseSeconds = this.#leaseSeconds
      try {
        apply({ ifindex: link.ifindex, address, family, prefix, label, leaseSeconds, preferredSeconds })
        return []
      } catch (error) {
        if (error instanceof SyscallError) return [`${vip.text} on ${vip.dev}: ${error.message}`]
        throw error
      }
    })
  }
}

function isAddress(vip: VipAddress, event: AddressEvent): boolean {
  return vip.family === event.family && vip.prefix === event.prefix && sameAddress(vip.bytes, event.address)
}
