import { Socket } from 'node:net'
import type { Config } from '../config/config.ts'
import { DeadlineTimer, monotonicMs } from '../linux/clock.ts'
import { FrameSocket } from '../linux/frame-socket.ts'
import { LateCallers } from '../linux/late-callers.ts'
import { Netlink, NetlinkMonitor } from '../linux/netlink.ts'
import type { AddressEvent, LinkEvent } from '../linux/netlink-message.ts'
import type { VrrpEvent } from '../vrrp/event.ts'
import { Announcer } from './announcer.ts'
import { Interfaces } from './interfaces.ts'
import { isOfGoneServer } from './kept-trackers.ts'
import { LineChannel } from './line-channel.ts'
import type { Log } from './log.ts'
import { MaintenanceSieve } from './maintenance.ts'
import type { ToCheck, ToVrrp } from './messages.ts'
import type { Router } from './router.ts'
import { RouterSet } from './router-set.ts'
import { startDelayMs } from './start-delay.ts'
import type { FromWorker, ToWorker } from './supervision.ts'
import { synchronize } from './sync-group.ts'

export interface VrrpWorkerOptions {
  readonly config: Config
  /** It is on from the start. */
  readonly maintenance: boolean
  readonly log: Log
  readonly report: (message: FromWorker) => void
  /** All instances have let go: the process may end. */
  readonly onStopped: () => void
}

/** After an address has gone, until its successor's announcement is known everywhere; and so much of it at our own end. */
const LATE_MS = 300
const LATE_AT_THE_END_MS = 100

const MAINTENANCE = 'maintenance is on'

/** Timers, sockets and addresses of all instances; nothing else runs on this process's thread. */
export class VrrpWorker {
  readonly #options: VrrpWorkerOptions
  readonly #netlink = new Netlink()
  readonly #announcer: Announcer
  readonly #interfaces = new Interfaces(this.#netlink, monotonicMs)
  readonly #late = new LateCallers(LATE_MS)
  readonly #set: RouterSet
  readonly #timer = new DeadlineTimer(() => this.#onDeadline())
  readonly #monitor: NetlinkMonitor
  readonly #sieve: MaintenanceSieve
  #check: LineChannel<ToVrrp, ToCheck> | null = null

  constructor(options: VrrpWorkerOptions) {
    this.#options = options
    this.#interfaces.delay(options.config.interfaceDelays)
    this.#announcer = new Announcer(options.config.global.pace, {
      frames: new FrameSocket(),
      now: monotonicMs,
      complain: (name, text) => this.#routers.get(name)?.complain(text),
    })
    this.#sieve = new MaintenanceSieve(options.maintenance)
    this.#set = new RouterSet(options.config, {
      netlink: this.#netlink,
      interfaces: this.#interfaces,
      late: this.#late,
      log: options.log,
      onEmpty: () => this.#onEmpty(),
      surroundings: {
        interfaces: this.#interfaces,
        announcer: this.#announcer,
        now: monotonicMs,
        tell: (message) => this.#check?.send(message) === true,
        left: (name, id, ok, reason) => options.report({ t: 'left', id, instance: name, ok, reason }),
        changed: (body) => options.report({ t: 'event', body }),
        log: options.log,
        onPacket: (router) => this.#turn(() => {}, [router]),
      },
    })
    this.#monitor = new NetlinkMonitor(
      (event) => this.#turn(() => this.#onNetlink(event)),
      () => this.#turn(() => this.#lookAround()),
    )
    const holdUntil = monotonicMs() + startDelayMs(options.config.global)
    this.#turn(() => {
      this.#interfaces.refresh()
      this.#set.start(holdUntil)
      this.#closeGates()
    })
  }

  get #routers(): ReadonlyMap<string, Router> {
    return this.#set.routers
  }

  /** From the supervisor. @param handle the socket that comes with `link` */
  receive(message: ToWorker, handle: unknown): void {
    if (message.t === 'ping') this.#options.report({ t: 'pong' })
    else if (message.t === 'link' && handle instanceof Socket) this.#connect(handle)
    else if (message.t === 'stop') this.stop(message.reason)
    else if (message.t === 'leave') this.#turn(() => this.#leave(message))
    else if (message.t === 'reload') {
      const { id, config } = message
      this.#interfaces.delay(config.interfaceDelays)
      this.#turn(() => {
        this.#interfaces.delay(config.interfaceDelays)
        this.#announcer.become(config.global.pace)
        this.#set.reload(config, () => this.#options.report({ t: 'reloaded', id }))
        this.#closeGates()
      })
    } else if (message.t === 'clear') {
      for (const router of this.#routers.values()) router.clearCounters()
    } else if (message.t === 'maintenance') {
      this.#turn(() => this.#maintain(message.on))
    } else if (message.t === 'status') {
      const instances = [...this.#routers.values()].map((router) => router.status())
      this.#options.report({ t: 'status', id: message.id, instances })
    }
  }

  /** Lets every VIP go; `onStopped` follows. */
  stop(reason: string): void {
    this.#turn(() => this.#set.stop(reason))
  }

  /** A defect ended this worker: nothing is orderly any more, but the addresses go. */
  letGo(): void {
    for (const router of this.#routers.values()) router.letGo()
  }

  /**
   * What has arrived is heard before anything is decided: after a sleep the successor's adverts are in the queue.
   * @param concerned about whom something may be decided; unless said, all. A sync group decides on all of its members.
   */
  #turn(work: () => void, concerned?: readonly Router[]): void {
    const all = this.#routers.values()
    for (const router of this.#set.config.syncGroups.length > 0 ? all : (concerned ?? all)) router.drain()
    work()
    synchronize(this.#set.config.syncGroups, this.#routers)
    const deadlines = [
      ...[...this.#routers.values()].map((router) => router.deadline),
      this.#interfaces.deadline,
      this.#announcer.deadline,
    ].filter((at) => at !== null)
    this.#timer.set(deadlines.length === 0 ? null : Math.min(...deadlines))
  }

  #onDeadline(): void {
    const now = monotonicMs()
    const due = [...this.#routers.values()].filter(({ deadline }) => deadline !== null && deadline <= now)
    this.#turn(() => this.#tick(now, due), due)
  }

  #tick(now: number, due: readonly Router[]): void {
    if ((this.#interfaces.deadline ?? Number.POSITIVE_INFINITY) <= now) this.#lookAround()
    this.#announcer.flush()
    for (const router of due) {
      if (router.deadline !== null && router.deadline <= now) router.event({ t: 'timer' })
    }
  }

  #onNetlink(event: LinkEvent | AddressEvent): void {
    if (event.kind === 'address') {
      for (const router of this.#routers.values()) {
        if (!router.owns(event)) continue
        if (router.misses(event)) router.event({ t: 'vipLost' })
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
      this.#set.introduce()
      this.#closeGates()
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

  #maintain(on: boolean): void {
    const held = this.#sieve.turn(on)
    for (const message of held) this.#onCheck(message)
    this.#closeGates()
  }

  /** In maintenance nobody here becomes master; what the gate would be is kept for afterwards. */
  #closeGates(): void {
    if (!this.#sieve.on) return
    for (const [instance, router] of this.#routers) {
      const { open, reason } = router.machine.gate
      if (reason === MAINTENANCE) continue
      this.#sieve.sift({ t: 'gate', instance, open, reason })
      router.event({ t: 'gate', open: false, reason: MAINTENANCE })
    }
  }

  #onCheck(said: ToVrrp): void {
    const message = this.#sieve.sift(said)
    if (message === null) return
    if (message.t === 'track' && isOfGoneServer(this.#set.config, message.tracker)) return
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

  #onEmpty(): void {
    this.#monitor.close()
    for (const router of this.#routers.values()) router.close()
    setTimeout(this.#options.onStopped, Math.min(this.#late.pending, LATE_AT_THE_END_MS))
  }
}
