import { Socket } from 'node:net'
import type { Config } from '../config/config.ts'
import { DeadlineTimer, monotonicMs } from '../linux/clock.ts'
import { ArpSocket } from '../linux/gratuitous-arp.ts'
import { Netlink, NetlinkMonitor } from '../linux/netlink.ts'
import type { AddressEvent, LinkEvent } from '../linux/netlink-message.ts'
import type { VrrpEvent } from '../vrrp/event.ts'
import { leaseIsSafe } from '../vrrp/timing.ts'
import { expectedOf, settingsOf, vipsOf } from './instance-settings.ts'
import { Interfaces } from './interfaces.ts'
import { LineChannel } from './line-channel.ts'
import type { Log } from './log.ts'
import type { ToCheck, ToVrrp } from './messages.ts'
import { Router } from './router.ts'
import type { FromWorker, ToWorker } from './supervision.ts'
import { shareFaults } from './sync-group.ts'
import { VirtualAddresses } from './virtual-addresses.ts'

export interface VrrpWorkerOptions {
  readonly config: Config
  readonly log: Log
  readonly report: (message: FromWorker) => void
  /** All instances have let go: the process may end. */
  readonly onStopped: () => void
}

/** Timers, sockets and addresses of all instances; nothing else runs on this process's thread. */
export class VrrpWorker {
  readonly #options: VrrpWorkerOptions
  readonly #netlink = new Netlink()
  readonly #arp = new ArpSocket()
  readonly #interfaces = new Interfaces(this.#netlink)
  readonly #routers = new Map<string, Router>()
  readonly #running = new Set<string>()
  readonly #timer = new DeadlineTimer(() => this.#turn(() => this.#tick()))
  readonly #monitor: NetlinkMonitor
  #check: LineChannel<ToVrrp, ToCheck> | null = null

  constructor(options: VrrpWorkerOptions) {
    this.#options = options
    for (const instance of options.config.instances) {
      const lease = Math.ceil(instance.vipLease)
      const addresses = new VirtualAddresses(vipsOf(instance), lease, this.#netlink, this.#interfaces)
      for (const address of addresses.clearLeftovers()) {
        options.log('warn', `(${instance.name}) removed ${address}, which was left over`)
      }
      const settings = settingsOf(options.config, instance)
      if (!leaseIsSafe(settings)) {
        const why = `vip_lease ${lease} outlives the peers’ patience of three advert_int ${instance.advertInterval}`
        options.log('warn', `(${instance.name}) ${why}: after a crash both hosts may have the address for a moment`)
      }
      const router = new Router(instance, settings, expectedOf(instance), {
        interfaces: this.#interfaces,
        addresses,
        arp: this.#arp,
        now: monotonicMs,
        tell: (message) => this.#check?.send(message),
        left: (name, id, ok, reason) => options.report({ t: 'left', id, instance: name, ok, reason }),
        stopped: () => this.#onStopped(instance.name),
        log: options.log,
        onPacket: () => this.#turn(() => {}),
      })
      this.#routers.set(instance.name, router)
      this.#running.add(instance.name)
    }
    this.#monitor = new NetlinkMonitor(
      (event) => this.#turn(() => this.#onNetlink(event)),
      () => this.#turn(() => this.#lookAround()),
    )
    this.#turn(() => {
      this.#interfaces.refresh()
      for (const router of this.#routers.values()) router.event({ t: 'start' })
      for (const router of this.#routers.values()) router.lookAtLink()
    })
  }

  /** From the supervisor. @param handle the socket that comes with `link` */
  receive(message: ToWorker, handle: unknown): void {
    if (message.t === 'ping') this.#options.report({ t: 'pong' })
    else if (message.t === 'link' && handle instanceof Socket) this.#connect(handle)
    else if (message.t === 'stop') this.stop(message.reason)
    else if (message.t === 'leave') this.#turn(() => this.#leave(message))
    else if (message.t === 'status') {
      const instances = [...this.#routers.values()].map((router) => router.status())
      this.#options.report({ t: 'status', id: message.id, instances })
    }
  }

  /** Lets every VIP go; `onStopped` follows. */
  stop(reason: string): void {
    this.#turn(() => {
      for (const router of this.#routers.values()) router.event({ t: 'stop', reason })
      if (this.#routers.size === 0) this.#options.onStopped()
    })
  }

  /** A defect ended this worker: nothing is orderly any more, but the addresses go. */
  letGo(): void {
    for (const router of this.#routers.values()) router.letGo()
  }

  /** What has arrived is heard before anything is decided: after a sleep the successor's adverts are in the queue. */
  #turn(work: () => void): void {
    for (const router of this.#routers.values()) router.drain()
    work()
    shareFaults(this.#options.config.syncGroups, this.#routers)
    const deadlines = [...this.#routers.values()].map((router) => router.deadline).filter((at) => at !== null)
    this.#timer.set(deadlines.length === 0 ? null : Math.min(...deadlines))
  }

  #tick(): void {
    const now = monotonicMs()
    for (const router of this.#routers.values()) {
      if (router.deadline !== null && router.deadline <= now) router.event({ t: 'timer' })
    }
  }

  #onNetlink(event: LinkEvent | AddressEvent): void {
    if (event.kind === 'address') {
      for (const router of this.#routers.values()) {
        if (!router.owns(event)) continue
        if (event.removed) router.event({ t: 'vipLost' })
        return
      }
    }
    this.#lookAround()
  }

  #lookAround(): void {
    this.#interfaces.refresh()
    for (const router of this.#routers.values()) router.lookAtLink()
  }

  #connect(socket: Socket): void {
    // A line that is there already led to a worker whose end was not noticed yet.
    if (this.#check !== null) this.#turn(() => this.#loseCheck())
    const channel: LineChannel<ToVrrp, ToCheck> = new LineChannel(
      socket,
      (message) => this.#turn(() => this.#onCheck(message)),
      () => {
        if (this.#check === channel) this.#turn(() => this.#loseCheck())
      },
    )
    this.#check = channel
    this.#turn(() => {
      this.#broadcast({ t: 'check', there: true })
      for (const router of this.#routers.values()) router.introduce()
    })
  }

  #loseCheck(): void {
    this.#check?.close()
    this.#check = null
    this.#broadcast({ t: 'check', there: false })
  }

  #broadcast(event: VrrpEvent): void {
    for (const router of this.#routers.values()) router.event(event)
  }

  #onCheck(message: ToVrrp): void {
    const router = this.#routers.get(message.instance)
    if (router === undefined) return
    const { instance } = message
    if (message.t === 'demoted') {
      const { ok, reason } = message
      this.#options.log(ok ? 'info' : 'error', `(${instance}) database ${ok ? 'demoted' : 'NOT demoted'}: ${reason}`)
    } else if (message.t === 'leaveRefused') {
      const { id, reason } = message
      this.#options.report({ t: 'left', id, instance, ok: false, reason })
      router.event({ t: 'leaveRefused' })
    } else router.event(message)
  }

  #leave(request: Extract<ToWorker, { t: 'leave' }>): void {
    for (const [name, router] of this.#routers) {
      if (request.instance !== null && request.instance !== name) continue
      const { id, holdDownMs, reason } = request
      const holds = router.machine.state === 'MASTER'
      if (!holds || router.instance.role === null) router.event({ t: 'leave', id, holdDownMs, reason })
      else if (this.#check?.send({ t: 'leave', instance: name, id, holdDownMs, reason }) !== true) {
        const why = 'the check worker is gone, so the database can not be demoted'
        this.#options.report({ t: 'left', id, instance: name, ok: false, reason: why })
      }
    }
  }

  #onStopped(name: string): void {
    this.#running.delete(name)
    if (this.#running.size > 0) return
    this.#monitor.close()
    for (const router of this.#routers.values()) router.close()
    this.#options.onStopped()
  }
}
