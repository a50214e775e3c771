import type { VrrpInstance } from '../config/config.ts'
import { type ArpSocket, gratuitousArp } from '../linux/gratuitous-arp.ts'
import { SyscallError } from '../linux/native.ts'
import type { AddressEvent } from '../linux/netlink-message.ts'
import { VrrpSocket } from '../linux/vrrp-socket.ts'
import { compareAddresses, ipv4Bytes, ipv4Text, sameAddress } from '../vrrp/address.ts'
import type { Effect, VrrpEvent } from '../vrrp/event.ts'
import { reduce } from '../vrrp/machine.ts'
import { encodeAdvert } from '../vrrp/packet.ts'
import { initialMachine, type Machine, type Settings } from '../vrrp/state.ts'
import { nextDeadline } from '../vrrp/timing.ts'
import { priorityOf } from '../vrrp/tracking.ts'
import { checkPacket, type Expected, FAULT_TEXT, type PacketFault, vridOf } from '../vrrp/validation.ts'
import { type Interfaces, trackedInterfaces } from './interfaces.ts'
import type { ToCheck } from './messages.ts'
import type { InstanceStatus } from './status.ts'
import type { VirtualAddresses } from './virtual-addresses.ts'

export interface RouterSurroundings {
  readonly interfaces: Interfaces
  readonly addresses: VirtualAddresses
  readonly arp: ArpSocket
  /** ms, monotonic */
  readonly now: () => number
  readonly tell: (message: ToCheck) => void
  readonly left: (instance: string, id: number, ok: boolean, reason: string) => void
  readonly stopped: () => void
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** Something arrived: drain before anything else is decided. */
  readonly onPacket: () => void
}

/** One virtual router on the real network: feeds the machine and carries out what it wants. */
export class Router {
  readonly instance: VrrpInstance
  readonly settings: Settings
  readonly #expected: Expected
  readonly #around: RouterSurroundings
  #machine: Machine
  #socket: { readonly link: VrrpSocket; readonly ifindex: number; readonly source: Uint8Array } | null = null
  #transitionAt = Date.now()
  #master: InstanceStatus['master'] = null
  #latestMs = 0
  readonly #count = { sent: 0, received: 0, became: 0, released: 0, zeroSent: 0, zeroReceived: 0 }
  readonly #faults: Partial<Record<PacketFault, number>> = {}
  #complained = ''

  constructor(instance: VrrpInstance, settings: Settings, expected: Expected, around: RouterSurroundings) {
    this.instance = instance
    this.settings = settings
    this.#expected = expected
    this.#around = around
    this.#machine = initialMachine(settings)
  }

  get machine(): Machine {
    return this.#machine
  }

  get deadline(): number | null {
    return nextDeadline(this.#machine)
  }

  event(event: VrrpEvent): void {
    const now = this.#around.now()
    if (event.t === 'timer' && this.deadline !== null) this.#latestMs = Math.max(this.#latestMs, now - this.deadline)
    const { machine, effects } = reduce(this.settings, this.#machine, event, now)
    this.#machine = machine
    for (const effect of effects) this.#carryOut(effect)
  }

  /** Takes in all packets that have arrived. */
  drain(): void {
    for (;;) {
      const packet = this.#receive()
      if (packet === null) return
      if (vridOf(packet) === this.instance.virtualRouterId) this.#hear(packet)
    }
  }

  /** Looks at link and source address anew: opens, moves or closes the socket, and tells the machine. */
  lookAtLink(): void {
    const { interfaces } = this.#around
    const name = this.instance.interface
    const link = interfaces.link(name)
    const source = link === undefined ? null : this.#sourceOn(link.ifindex)
    let reason = ''
    if (link === undefined) reason = `there is no interface ${name}`
    else if (!link.running && !this.instance.dontTrackPrimary) reason = `interface ${name} is down`
    else if (source === null) reason = `interface ${name} has no IPv4 address to send from`
    else reason = this.#open(link.ifindex, source)
    if (reason !== '') this.#close()
    for (const event of trackedInterfaces(this.instance, interfaces, this.#machine)) this.event(event)
    const { up, reason: before } = this.#machine.link
    if (up !== (reason === '') || before !== reason) this.event({ t: 'link', up: reason === '', reason })
  }

  owns(event: AddressEvent): boolean {
    return this.#around.addresses.owns(event)
  }

  /** The check worker is new: it has to know where we stand. */
  introduce(): void {
    const { state } = this.#machine
    this.#carryOut({ do: 'state', state, priority: this.#priority })
  }

  status(): InstanceStatus {
    const { state, vip, gate, checkThere, trackers } = this.#machine
    return {
      name: this.instance.name,
      state,
      vip,
      addresses: this.instance.virtualAddresses.map((one) => `${one.address}/${one.prefix}`),
      interface: this.instance.interface,
      priority: this.#priority,
      gate,
      trackers: [...trackers].map(([name, tracker]) => ({ name, ...tracker })),
      checkWorker: checkThere,
      lastTransition: this.#transitionAt,
      master: this.#master,
      counters: {
        advertsSent: this.#count.sent,
        advertsReceived: this.#count.received,
        becameMaster: this.#count.became,
        releasedMaster: this.#count.released,
        priorityZeroSent: this.#count.zeroSent,
        priorityZeroReceived: this.#count.zeroReceived,
        faults: this.#faults,
        latestMs: Math.round(this.#latestMs * 100) / 100,
      },
    }
  }

  close(): void {
    this.#close()
  }

  letGo(): void {
    this.#around.addresses.remove()
  }

  get #priority(): number {
    return priorityOf({ settings: this.settings, machine: this.#machine })
  }

  #sourceOn(ifindex: number): Uint8Array | null {
    const wanted = this.instance.unicastSourceIp ?? this.instance.mcastSourceIp
    if (wanted !== null) {
      const source = ipv4Bytes(wanted)
      return this.instance.trackSrcIp && !this.#around.interfaces.has(source) ? null : source
    }
    const vips = this.#expected.addresses
    const own = this.#around.interfaces
      .addressesOf(ifindex)
      .find((one) => one.family === 4 && !one.secondary && !vips.some((vip) => sameAddress(vip, one.address)))
    return own?.address ?? null
  }

  /** @returns '' or why not */
  #open(ifindex: number, source: Uint8Array): string {
    const open = this.#socket
    if (open !== null && open.ifindex === ifindex && sameAddress(open.source, source)) return ''
    this.#close()
    try {
      const { unicastPeers } = this.#expected
      const options = { interface: this.instance.interface, ifindex, source, unicastPeers }
      this.#socket = { link: new VrrpSocket(options, this.#around.onPacket), ifindex, source }
      return ''
    } catch (error) {
      if (error instanceof SyscallError) return `VRRP socket from ${ipv4Text(source)}: ${error.message}`
      throw error
    }
  }

  #close(): void {
    this.#socket?.link.close()
    this.#socket = null
  }

  /** An error that waits on the socket (the network went down) is told by netlink, too. */
  #receive(): Buffer | null {
    try {
      return this.#socket?.link.receive() ?? null
    } catch (error) {
      if (error instanceof SyscallError) return null
      throw error
    }
  }

  #hear(packet: Buffer): void {
    const own = this.#socket?.source
    const verdict = checkPacket(packet, this.#expected)
    const from = ipv4Text(verdict.source)
    if (own === undefined || sameAddress(own, verdict.source)) return
    if (!verdict.ok) {
      this.#fault(verdict.fault, from)
      return
    }
    if (verdict.addressesDiffer) this.#fault('addressList', from)
    const { priority, intervalMs } = verdict.advert
    this.#count.received++
    if (priority === 0) this.#count.zeroReceived++
    else this.#master = { address: from, priority }
    const fromHigher = compareAddresses(verdict.source, own) > 0
    this.event({ t: 'advert', advert: { priority, intervalMs, from, fromHigher } })
  }

  #fault(fault: PacketFault, from: string): void {
    const count = (this.#faults[fault] ?? 0) + 1
    this.#faults[fault] = count
    // The first one is news; a thousand a minute would only fill the journal.
    if (count === 1 || count % 1000 === 0) {
      this.#around.log('warn', `(${this.instance.name}) ${FAULT_TEXT[fault]} from ${from} (${count} so far)`)
    }
  }

  #carryOut(effect: Effect): void {
    const { addresses, log, tell, left, stopped } = this.#around
    const { name } = this.instance
    switch (effect.do) {
      case 'advert':
        this.#send(effect.priority)
        return
      case 'addVip':
        this.#complain(addresses.add())
        return
      case 'removeVip':
        this.#complain(addresses.remove())
        return
      case 'garp':
        this.#announce()
        return
      case 'state':
        this.#transitionAt = Date.now()
        if (effect.state === 'MASTER') this.#count.became++
        else if (this.#count.became > this.#count.released) this.#count.released++
        tell({ t: 'state', instance: name, state: effect.state, priority: effect.priority, at: this.#transitionAt })
        return
      case 'tell':
        tell(effect.message)
        return
      case 'left':
        left(name, effect.id, effect.ok, effect.reason)
        return
      case 'stopped':
        stopped()
        return
      case 'log':
        log(effect.level, effect.text)
        return
    }
  }

  #send(priority: number): void {
    const socket = this.#socket
    if (socket === null) return
    // Also when the kernel refuses to send it (a firewall does that): just then it must be heard otherwise.
    if (this.instance.role !== null) this.#around.tell({ t: 'advert', instance: this.instance.name, priority })
    const { version, auth, intervalMs, addresses } = this.#expected
    const advert = { version, vrid: this.instance.virtualRouterId, priority, intervalMs, addresses, auth }
    try {
      socket.link.send((destination) => encodeAdvert(advert, socket.source, destination))
      this.#count.sent++
      if (priority === 0) this.#count.zeroSent++
      this.#complained = ''
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      this.#complain([`can't send adverts: ${error.message}`])
    }
  }

  #announce(): void {
    const frames = this.#around.addresses.announcements()
    try {
      for (let repeat = 0; repeat < Math.max(1, this.instance.garpMasterRepeat); repeat++) {
        for (const { ifindex, hardware, address } of frames) {
          this.#around.arp.send(ifindex, gratuitousArp(hardware, address))
        }
      }
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      this.#complain([`can't send gratuitous ARP: ${error.message}`])
    }
  }

  /** Says a complaint once, not every half second. */
  #complain(refused: readonly string[]): void {
    const text = refused.join('; ')
    if (text !== '' && text !== this.#complained) this.#around.log('error', `(${this.instance.name}) ${text}`)
    if (text !== '') this.#complained = text
  }
}
