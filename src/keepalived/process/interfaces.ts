import type { Netlink } from '../linux/netlink.ts'
import type { AddressEvent, LinkEvent } from '../linux/netlink-message.ts'

/** The host's links and addresses as the kernel last listed them. */
export class Interfaces {
  readonly #netlink: Netlink
  #links = new Map<string, LinkEvent>()
  #addresses: readonly AddressEvent[] = []

  constructor(netlink: Netlink) {
    this.#netlink = netlink
    this.refresh()
  }

  refresh(): void {
    this.#links = new Map(this.#netlink.links().map((link) => [link.name, link]))
    this.#addresses = this.#netlink.addresses()
  }

  link(name: string): LinkEvent | undefined {
    return this.#links.get(name)
  }

  addressesOf(ifindex: number): readonly AddressEvent[] {
    return this.#addresses.filter((address) => address.ifindex === ifindex)
  }
}
