import type { VrrpInstance } from '../config/config.ts'
import type { InterfaceDelay } from '../config/tracked.ts'
import type { Netlink } from '../linux/netlink.ts'
import type { AddressEvent, LinkEvent } from '../linux/netlink-message.ts'
import { type Delays, type Settled, settle, settlesAt } from '../track/settle.ts'
import { interfaceTracker } from '../track/tracker-name.ts'
import type { VrrpEvent } from '../vrrp/event.ts'
import type { Machine } from '../vrrp/state.ts'

const NO_DELAY: Delays = { downMs: 0, upMs: 0 }

/** The host's links and addresses as the kernel last listed them; a link's `running` is debounced where that is wished. */
export class Interfaces {
  readonly #netlink: Netlink
  readonly #now: () => number
  #delays: ReadonlyMap<string, Delays> = new Map()
  #links = new Map<string, LinkEvent>()
  #settled = new Map<string, Settled>()
  #addresses: readonly AddressEvent[] = []

  /** @param now ms, monotonic */
  constructor(netlink: Netlink, now: () => number = () => 0) {
    this.#netlink = netlink
    this.#now = now
    this.refresh()
  }

  /** `interface_up_down_delays`, from now on. */
  delay(delays: readonly InterfaceDelay[]): void {
    this.#delays = new Map(delays.map(({ name, down, up }) => [name, { downMs: down * 1000, upMs: up * 1000 }]))
  }

  refresh(): void {
    const now = this.#now()
    const links = this.#netlink.links()
    this.#settled = new Map(
      links.map(({ name, running }) => [
        name,
        settle(this.#settled.get(name) ?? null, running, this.#delaysOf(name), now),
      ]),
    )
    this.#links = new Map(
      links.map((link) => [link.name, { ...link, running: this.#settled.get(link.name)?.up ?? link.running }]),
    )
    this.#addresses = this.#netlink.addresses()
  }

  /** When a delayed change will count: look again then. */
  get deadline(): number | null {
    const all = [...this.#settled].flatMap(([name, link]) => settlesAt(link, this.#delaysOf(name)) ?? [])
    return all.length === 0 ? null : Math.min(...all)
  }

  link(name: string): LinkEvent | undefined {
    return this.#links.get(name)
  }

  addressesOf(ifindex: number): readonly AddressEvent[] {
    return this.#addresses.filter((address) => address.ifindex === ifindex)
  }

  /** Is this one of the host's own addresses? */
  has(address: Uint8Array): boolean {
    return this.#addresses.some((one) => Buffer.compare(one.address, address) === 0)
  }

  #delaysOf(name: string): Delays {
    return this.#delays.get(name) ?? NO_DELAY
  }
}

/** What the machine has not been told yet of the interfaces that the instance tracks. */
export function trackedInterfaces(instance: VrrpInstance, interfaces: Interfaces, machine: Machine): VrrpEvent[] {
  return instance.trackInterfaces.flatMap(({ name, weight, reverse }): VrrpEvent[] => {
    const tracker = interfaceTracker(name)
    const up = interfaces.link(name)?.running === true
    const effective = weight === 0 ? null : weight
    const known = machine.trackers.get(tracker)
    if (known?.up === up && known.weight === effective && (known.reverse ?? false) === reverse) return []
    return [{ t: 'track', tracker, up, weight: effective, reverse, reason: up ? 'up' : 'down' }]
  })
}
