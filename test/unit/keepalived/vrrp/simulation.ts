import type { Effect, HeardAdvert, VrrpEvent } from '../../../../src/keepalived/vrrp/event.ts'
import { groupEvents } from '../../../../src/keepalived/vrrp/group.ts'
import { reduce } from '../../../../src/keepalived/vrrp/machine.ts'
import { initialMachine, type Machine, type Settings } from '../../../../src/keepalived/vrrp/state.ts'
import { nextDeadline } from '../../../../src/keepalived/vrrp/timing.ts'

/** Hosts on one network segment in simulated time: real reducers, a kernel that ends leases, packets that may be lost. */
interface Scheduled {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

class SimulatedHost {
  machine: Machine
  alive = true
  /** Asleep (SIGSTOP): packets and timers wait, the kernel doesn't. */
  asleep = false
  /** The kernel's view; null: the VIP is not here. */
  vipUntil: number | null = null
  promotions = true
  readonly inbox: VrrpEvent[] = []
  timerAt: number | null = null
  readonly log: string[] = []

  readonly settings: Settings
  readonly place: Place

  constructor(settings: Settings, place: Place) {
    this.settings = settings
    this.place = place
    this.machine = initialMachine(settings)
  }
}

/** Where an instance runs: on its own node, unless several are put on one. */
export interface Place {
  readonly node: number
  readonly vrid: number
}

/** What the network does to one packet: how often it arrives, and how much later than it should, in ms. */
export interface Weather {
  readonly copies: number
  readonly delay: number
}

export class Simulation {
  readonly hosts: SimulatedHost[]
  now = 0
  /** Each moment at which two hosts had the VIP. */
  readonly doubles: number[] = []
  /** Told of every advert that is sent. */
  onAdvert: (host: number, priority: number) => void = () => {}
  /** 0..1, a new one at each call. */
  readonly random: () => number
  /** Whether a packet that is sent now is lost on its way to this host. */
  lose: (to: number) => boolean
  /** What else happens to a packet that is sent now. */
  weather: () => Weather = () => ({ copies: 1, delay: 0 })
  /** How fast each host's clock goes. */
  readonly rates: number[]
  /** Moments at which the members of a node's sync group were not all master, or all not. */
  readonly splits: string[] = []
  readonly #queue: Scheduled[] = []
  #order = 0

  constructor(
    settings: readonly Settings[],
    random: () => number,
    lose: (to: number) => boolean = () => false,
    places: readonly Place[] = settings.map((_, node) => ({ node, vrid: 1 })),
  ) {
    this.random = random
    this.lose = lose
    this.rates = settings.map(() => 1)
    this.hosts = settings.map((one, index) => new SimulatedHost(one, places[index] ?? { node: index, vrid: 1 }))
  }

  at(delay: number, run: () => void): void {
    this.#queue.push({ at: this.now + delay, order: this.#order++, run })
    this.#queue.sort((a, b) => a.at - b.at || a.order - b.order)
  }

  run(until: number): void {
    for (;;) {
      const next = this.#queue[0]
      if (next === undefined || next.at > until) break
      this.#queue.shift()
      this.now = next.at
      next.run()
      this.#look()
    }
    this.now = until
    this.#look()
  }

  start(index: number): void {
    const host = this.#host(index)
    host.alive = true
    host.asleep = false
    host.inbox.length = 0
    host.machine = initialMachine(host.settings)
    host.vipUntil = null
    host.timerAt = null
    this.event(index, { t: 'start' })
    this.event(index, { t: 'check', there: true })
    this.event(index, { t: 'link', up: true, reason: '' })
    this.event(index, { t: 'gate', open: true, reason: 'test' })
  }

  /** All processes killed: only the kernel's lease is left. */
  kill(index: number): void {
    this.#host(index).alive = false
  }

  sleep(index: number, ms: number): void {
    const host = this.#host(index)
    host.asleep = true
    this.at(ms, () => {
      if (!host.asleep) return
      host.asleep = false
      // As the worker does: what was heard meanwhile comes before everything else.
      const waiting = host.inbox.splice(0)
      for (const event of waiting.filter(({ t }) => t === 'advert')) this.event(index, event)
      for (const event of waiting.filter(({ t }) => t !== 'advert')) this.event(index, event)
      this.event(index, { t: 'timer' })
    })
  }

  event(index: number, event: VrrpEvent): void {
    const host = this.#host(index)
    if (!host.alive) return
    if (host.asleep) {
      if (event.t !== 'timer') host.inbox.push(event)
      return
    }
    this.#reduce(index, event)
    if (host.settings.grouped) this.#synchronize(host.place.node)
    this.#look()
  }

  /** Several instances of one node are told the same in one turn. */
  together(indices: readonly number[], event: VrrpEvent): void {
    const awake = indices.filter((index) => this.#host(index).alive && !this.#host(index).asleep)
    for (const index of awake) this.#reduce(index, event)
    for (const node of new Set(awake.map((index) => this.#host(index).place.node))) this.#synchronize(node)
    this.#look()
  }

  /** The clock that this host reads. */
  clock(index: number): number {
    return this.now * (this.rates[index] ?? 1)
  }

  #reduce(index: number, event: VrrpEvent): void {
    const host = this.#host(index)
    const { machine, effects } = reduce(host.settings, host.machine, event, this.clock(index))
    host.machine = machine
    for (const effect of effects) this.#carryOut(index, effect)
    this.#arm(index)
  }

  /** As the worker does after every event. */
  #synchronize(node: number): void {
    const members = this.hosts.filter(({ place, alive }) => place.node === node && alive)
    for (let round = 0; ; round++) {
      const events = groupEvents('G', members)
      if (events.length === 0) break
      if (round > 8) throw new Error('the sync group does not come to rest')
      for (const [host, event] of events) this.#reduce(this.hosts.indexOf(host), event)
    }
    const states = members.map(({ machine }) => machine.state)
    if (new Set(states.map((state) => state === 'MASTER')).size > 1) {
      this.splits.push(`${this.now.toFixed(1)} node ${node}: ${states.join(' ')}`)
    }
  }

  holders(): number[] {
    return this.hosts.flatMap((host, index) => (this.#holds(host) ? [index] : []))
  }

  masters(): number[] {
    return this.hosts.flatMap((host, index) => (host.alive && host.machine.state === 'MASTER' ? [index] : []))
  }

  #holds(host: SimulatedHost): boolean {
    return host.vipUntil !== null && host.vipUntil > this.now
  }

  #look(): void {
    if (this.holders().length > 1) this.doubles.push(this.now)
  }

  #arm(index: number): void {
    const host = this.#host(index)
    const deadline = nextDeadline(host.machine)
    if (deadline === host.timerAt) return
    host.timerAt = deadline
    if (deadline === null) return
    this.at(Math.max(0, (deadline - this.clock(index)) / (this.rates[index] ?? 1)), () => {
      if (host.timerAt !== deadline) return
      host.timerAt = null
      this.event(index, { t: 'timer' })
    })
  }

  #carryOut(index: number, effect: Effect): void {
    const host = this.#host(index)
    const lease = host.settings.leaseMs
    if (effect.do === 'advert') this.#broadcast(index, effect.priority)
    else if (effect.do === 'addVip') {
      host.vipUntil = lease === 0 ? Number.POSITIVE_INFINITY : this.now + lease + 30 + 210 * this.random()
    } else if (effect.do === 'removeVip') host.vipUntil = null
    else if (effect.do === 'log') host.log.push(`${this.now.toFixed(1)} ${effect.text}`)
    else if (effect.do === 'tell') this.#database(index, effect.message)
  }

  #database(index: number, message: Extract<Effect, { do: 'tell' }>['message']): void {
    const delay = 5 + 40 * this.random()
    if (message.t === 'promote') {
      const { id } = message
      this.at(delay, () => {
        const ok = this.#host(index).promotions
        this.event(index, { t: 'promoted', id, ok, reason: 'simulated' })
      })
    } else if (message.t === 'leave') {
      const { id, holdDownMs, reason } = message
      this.at(delay, () => this.event(index, { t: 'leave', id, holdDownMs, reason }))
    }
  }

  #broadcast(from: number, priority: number): void {
    const intervalMs = this.#host(from).settings.advertMs
    this.onAdvert(from, priority)
    const sender = this.#host(from).place
    for (const [to, { place }] of this.hosts.entries()) {
      if (place.node === sender.node || place.vrid !== sender.vrid || this.lose(to)) continue
      const fromHigher = sender.node > place.node
      const advert: HeardAdvert = { priority, intervalMs, from: `host${sender.node}`, fromHigher }
      const { copies, delay } = this.weather()
      for (let copy = 0; copy < copies; copy++) {
        this.at(0.05 + this.random() + delay * this.random(), () => this.event(to, { t: 'advert', advert }))
      }
    }
  }

  #host(index: number): SimulatedHost {
    const host = this.hosts[index]
    if (host === undefined) throw new Error(`no host ${index}`)
    return host
  }
}

export function settings(overrides: Partial<Settings> = {}): Settings {
  return {
    name: 'VI_1',
    version: 3,
    priority: 254,
    advertMs: 500,
    nopreempt: true,
    preemptDelayMs: 0,
    leaseMs: 1000,
    garpDelayMs: 5000,
    garpRefreshMs: 0,
    awaitedTrackers: [],
    grouped: false,
    higherPrioSendAdvert: false,
    lowerPrioNoAdvert: false,
    downTimerAdverts: 3,
    ownerIgnoreAdverts: false,
    notifyPriorityChanges: false,
    role: null,
    ...overrides,
  }
}

export const ROLE = { promoteDeadlineMs: 2000, demoteDeadlineMs: 2000 }
