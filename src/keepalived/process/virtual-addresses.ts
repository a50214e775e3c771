import { forwardsIpv6 } from '../linux/forwarding.ts'
import { SyscallError } from '../linux/native.ts'
import { gratuitousArp, neighbourAdvertisement } from '../linux/neighbour-frames.ts'
import type { Netlink } from '../linux/netlink.ts'
import type { AddressChange, AddressEvent } from '../linux/netlink-message.ts'
import { sameAddress } from '../vrrp/address.ts'
import type { VipAddress } from './instance-settings.ts'
import type { Interfaces } from './interfaces.ts'

/** The addresses of one instance in the kernel. */
export class VirtualAddresses {
  readonly #vips: readonly VipAddress[]
  readonly #leaseSeconds: number
  readonly #netlink: Netlink
  readonly #interfaces: Interfaces

  /** @param leaseSeconds 0: for ever, as keepalived. */
  constructor(vips: readonly VipAddress[], leaseSeconds: number, netlink: Netlink, interfaces: Interfaces) {
    this.#vips = vips
    this.#leaseSeconds = leaseSeconds
    this.#netlink = netlink
    this.#interfaces = interfaces
  }

  /** Adds them or renews their lease. @returns what the kernel refused, for the log */
  add(): string[] {
    return this.#each((change) => this.#netlink.add(change))
  }

  /** @returns what the kernel refused, for the log */
  remove(): string[] {
    return this.#each((change) => this.#netlink.remove(change))
  }

  /** Removes what an earlier life of this daemon left behind. @returns the addresses that were there */
  clearLeftovers(): string[] {
    const found = this.#vips.filter((vip) => {
      const link = this.#interfaces.link(vip.dev)
      return link !== undefined && this.#interfaces.addressesOf(link.ifindex).some((one) => isAddress(vip, one))
    })
    if (found.length > 0) this.remove()
    return found.map((vip) => vip.text)
  }

  owns(event: AddressEvent): boolean {
    return this.#vips.some((vip) => isAddress(vip, event) && this.#interfaces.link(vip.dev)?.ifindex === event.ifindex)
  }

  /** A frame for each address, to the neighbourhood that has to learn where it is now. */
  announcements(): { readonly ifindex: number; readonly frame: Buffer }[] {
    return this.#vips.flatMap((vip) => {
      const link = this.#interfaces.link(vip.dev)
      if (link === undefined || link.hardware.length !== 6) return []
      const frame =
        vip.family === 4
          ? gratuitousArp(link.hardware, vip.bytes)
          : neighbourAdvertisement(link.hardware, vip.bytes, forwardsIpv6(vip.dev))
      return [{ ifindex: link.ifindex, frame }]
    })
  }

  #each(apply: (change: AddressChange) => void): string[] {
    return this.#vips.flatMap((vip) => {
      const link = this.#interfaces.link(vip.dev)
      if (link === undefined) return [`${vip.text}: there is no interface ${vip.dev}`]
      const { bytes: address, family, prefix, label } = vip
      try {
        apply({ ifindex: link.ifindex, address, family, prefix, label, leaseSeconds: this.#leaseSeconds })
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
