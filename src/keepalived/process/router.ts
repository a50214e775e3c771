import type { VrrpInstance } from '../config/config.ts'
import { SyscallError } from '../linux/native.ts'
import type { AddressEvent } from '../linux/netlink-message.ts'
import { changesOf, type EventBody } from '../observe/daemon-event.ts'
import { addressText, compareAddresses, sameAddress } from '../vrrp/address.ts'
import { type Datagram, vridOf } from '../vrrp/datagram.ts'
import type { Effect, VrrpEvent } from '../vrrp/event.ts'
import { Exchange } from '../vrrp/exchange.ts'
import { reduce } from '../vrrp/machine.ts'
import { reconfigure } from '../vrrp/reconfigure.ts'
import { initialMachine, type Machine, type Settings } from '../vrrp/state.ts'
import { nextDeadline } from '../vrrp/timing.ts'
import { priorityOf } from '../vrrp/tracking.ts'
import type { Expected, PacketFault } from '../vrrp/validation.ts'
import type { Announcer } from './announcer.ts'
import { announce, keepAnnounced } from './announcing.ts'
import { type Interfaces, trackedInterfaces } from './interfaces.ts'
import type { ToCheck, VrrpState } from './messages.ts'
import { RouterLink } from './router-link.ts'
import { RouterTally } from './router-tally.ts'
import type { InstanceStatus } from './status.ts'
import type { VirtualAddresses } from './virtual-addresses.ts'

export interface RouterSurroundings {
  readonly interfaces: Interfaces
  readonly addresses: VirtualAddresses
  readonly announcer: Announcer
  /** ms, monotonic */
  readonly now: () => number
  /** False: no check worker is there to hear it. */
  readonly tell: (message: ToCheck) => boolean
  readonly left: (instance: string, id: number, ok: boolean, reason: string) => void
  readonly stopped: () => void
  /** For who watches the daemon. */
  readonly changed: (body: EventBody) => void
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** Something arrived for this one: drain it before anything else is decided. */
  readonly onPacket: (router: Router) => void
}

/** What a reload makes of a router. */
export interface Reconfigured {
  readonly instance: VrrpInstance
  readonly settings: Settings
  readonly expected: Expected
  readonly addresses: VirtualAddresses
  /** Addresses that are configured no longer; null: the list is the same. */
  readonly dropped: VirtualAddresses | null
  /** Trackers that the new configuration still has. */
  readonly keeps: (tracker: string) => boolean
}

/** One virtual router on the real network: feeds the machine and carries out what it wants. */
export class Router {
  #instance: VrrpInstance
  #settings: Settings
  readonly #exchange: Exchange
  #around: RouterSurroundings
  #machine: Machine
  readonly #link: RouterLink
  readonly #tally = new RouterTally()
  #transitionAt = Date.now()
  #toldState: VrrpState | null = null
  #master: InstanceStatus['master'] = null
  #complained = ''
  #removed = false
  #next: { readonly machine: Machine | null; readonly at: number | null } = { machine: null, at: null }

  constructor(instance: VrrpInstance, settings: Settings, expected: Expected, around: RouterSurroundings) {
    this.#instance = instance
    this.#settings = settings
    this.#exchange = new Exchange(expected, Date.now)
    this.#around = around
    this.#machine = initialMachine(settings)
    this.#link = new RouterLink(around.interfaces, () => around.onPacket(this))
  }

  get instance(): VrrpInstance {
    return this.#instance
  }

  get settings(): Settings {
    return this.#settings
  }

  get machine(): Machine {
    return this.#machine
  }

  get deadline(): number | null {
    if (this.#next.machine !== this.#machine) this.#next = { machine: this.#machine, at: nextDeadline(this.#machine) }
    return this.#next.at
  }

  event(event: VrrpEvent): void {
    const now = this.#around.now()
    if (event.t === 'timer' && this.deadline !== null) this.#tally.late(now - this.deadline)
    const { machine, effects } = reduce(this.#settings, this.#machine, event, now)
    const before = this.#machine
    this.#machine = machine
    for (const effect of effects) this.#carryOut(effect)
    if (machine === before) return
    for (const change of changesOf(this.#instance.name, before, machine)) this.#around.changed(change)
    if (this.#tally.wasLate()) this.event({ t: 'renewedLate' })
  }

  /** Takes in all packets that have arrived. */
  drain(): void {
    for (;;) {
      const packet = this.#link.receive()
      if (packet === null) return
      if (vridOf(packet) === this.#instance.virtualRouterId) this.#hear(packet)
    }
  }

  /** Looks at link and source address anew: opens, moves or closes the socket, and tells the machine. */
  lookAtLink(): void {
    const { interfaces } = this.#around
    const reason = this.#link.look(this.#instance, this.#exchange.expected)
    for (const event of trackedInterfaces(this.#instance, interfaces, this.#machine)) this.event(event)
    const { up, reason: before } = this.#machine.link
    if (up !== (reason === '') || before !== reason) this.event({ t: 'link', up: reason === '', reason })
  }

  /** An address of the kernel's has gone: is that a loss? */
  misses(event: AddressEvent): boolean {
    return event.removed && this.#around.addresses.tracks(event)
  }

  owns(event: AddressEvent): boolean {
    return this.#around.addresses.owns(event)
  }

  /** The check worker is new: it has to know where we stand; for scripts and mail it is news only when it was not told before. */
  introduce(news: boolean): void {
    const { state } = this.#machine
    this.#tellState(state, this.#priority, !news && this.#toldState === state)
  }

  /** The same router under a new configuration: state, timers and address stay. */
  become(next: Reconfigured): void {
    const change = { before: this.#settings, after: next.settings, keeps: next.keeps }
    const addressesDiffer = next.dropped !== null
    if (this.#machine.vip !== 'none' && next.dropped !== null) this.#complain(next.dropped.remove())
    this.#instance = next.instance
    this.#settings = next.settings
    this.#exchange.become(next.expected)
    this.#around = { ...this.#around, addresses: next.addresses }
    const { machine, effects } = reconfigure({ ...change, addressesDiffer }, this.#machine, this.#around.now())
    this.#machine = machine
    for (const effect of effects) this.#carryOut(effect)
    // The socket's options may differ.
    this.#link.close()
    this.lookAtLink()
    // What made it FAULT may be tracked no longer.
    const { up, reason } = this.#machine.link
    if (up !== null) this.event({ t: 'link', up, reason })
  }

  status(): InstanceStatus {
    const { state, vip, gate, checkThere, trackers } = this.#machine
    return {
      name: this.#instance.name,
      state,
      vip,
      addresses: this.#instance.virtualAddresses.map((one) => `${one.address}/${one.prefix}`),
      interface: this.#instance.interface,
      priority: this.#priority,
      gate,
      trackers: [...trackers].map(([name, tracker]) => ({ name, ...tracker })),
      checkWorker: checkThere,
      lastTransition: this.#transitionAt,
      master: this.#master,
      counters: this.#tally.counters,
    }
  }

  clearCounters(): void {
    this.#tally.clear()
  }

  /** A reload has no place for it any more: it leaves, which is told as its removal. */
  remove(): void {
    this.#removed = true
    this.event({ t: 'stop', reason: 'reload' })
  }

  close(): void {
    this.#link.close()
  }

  letGo(): void {
    this.#around.addresses.remove()
  }

  get #priority(): number {
    return priorityOf({ settings: this.#settings, machine: this.#machine })
  }

  #hear(packet: Datagram): void {
    const own = this.#link.source
    if (own === null || sameAddress(own, packet.source)) return
    const verdict = this.#exchange.hear(packet)
    const from = addressText(verdict.source)
    if (!verdict.ok) {
      this.#fault(verdict.fault, from)
      return
    }
    if (verdict.addressesDiffer) this.#fault('addressList', from)
    const { priority, intervalMs } = verdict.advert
    this.#tally.received(priority)
    if (priority > 0) this.#master = { address: from, priority, at: Date.now() }
    const fromHigher = compareAddresses(verdict.source, own) > 0
    this.event({ t: 'advert', advert: { priority, intervalMs, from, fromHigher } })
  }

  #fault(fault: PacketFault, from: string): void {
    const news = this.#tally.fault(fault, from)
    if (news !== null) this.#around.log('warn', `(${this.#instance.name}) ${news}`)
  }

  #carryOut(effect: Effect): void {
    const { addresses, log, tell, left, stopped } = this.#around
    const { name } = this.#instance
    switch (effect.do) {
      case 'advert':
        this.#send(effect.priority)
        return
      case 'addVip':
        this.#tally.renewed(this.#around.now())
        this.#complain(addresses.add())
        this.#tally.renewalEnded(this.#around.now())
        keepAnnounced(this.#instance, this.#around)
        return
      case 'removeVip':
        this.#tally.letGo()
        this.#around.announcer.forget(name)
        // Where there is no database, connections live on over a change and back, as with keepalived.
        if (this.#instance.role !== null) this.#complain(addresses.resetConnections())
        this.#complain(addresses.remove())
        return
      case 'garp':
        announce(this.#instance, this.#around, effect.why ?? 'master')
        return
      case 'state':
        this.#transitionAt = Date.now()
        this.#tally.entered(effect.state)
        this.#tellState(effect.state, effect.priority, false)
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

  #tellState(state: VrrpState, priority: number, known: boolean): void {
    const { name: instance } = this.#instance
    const deleted = this.#removed && state === 'STOP'
    if (this.#around.tell({ t: 'state', instance, state, priority, at: this.#transitionAt, known, deleted })) {
      this.#toldState = state
    }
  }

  #send(priority: number): void {
    if (this.#link.source === null) return
    // Also when the kernel refuses to send it (a firewall does that): just then it must be heard otherwise.
    if (this.#instance.role !== null) this.#around.tell({ t: 'advert', instance: this.#instance.name, priority })
    const { virtualRouterId } = this.#instance
    try {
      this.#link.send((source, destination) => this.#exchange.say(virtualRouterId, priority, source, destination))
      this.#tally.sent(priority)
      this.#complained = ''
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      this.#tally.sendFailed()
      this.#complain([`can't send adverts: ${error.message}`])
    }
  }

  complain(text: string): void {
    this.#complain([text])
  }

  /** Says a complaint once, not every half second. */
  #complain(refused: readonly string[]): void {
    const text = refused.join('; ')
    if (text !== '' && text !== this.#complained) this.#around.log('error', `(${this.#instance.name}) ${text}`)
    if (text !== '') this.#complained = text
  }
}
