import type { RealServer, VirtualServer } from '../config/servers.ts'
import type { Log, Scripts } from '../notify/scripts.ts'
import { type AddressTracker, addressTrackers } from './address-tracker.ts'
import { CheckLoop } from './check-loop.ts'
import {
  decided,
  ended,
  type KnownPool,
  type News,
  type Pool,
  remembered,
  reweighed,
  startPool,
  type Turned,
} from './pool.ts'
import { probeOf } from './probe.ts'

export interface VirtualServerOptions {
  readonly virtual: VirtualServer
  readonly scripts: Scripts
  /** What the check worker before this one knew; null: there was none. */
  readonly known: KnownPool | null
  /** What is known, whenever that changes. */
  readonly onKnown: (known: KnownPool) => void
  readonly isHere: (address: string) => boolean
  /** What scripts, mail and FIFOs are told, in order. `cause` is why, `called` the check's name in mail. */
  readonly onNews: (news: News, cause: Cause) => void
  /** What it means for the address; each first word and every change. */
  readonly onTracker: (tracker: AddressTracker, reason: string) => void
  readonly log: Log
}

export interface Cause {
  readonly reason: string
  readonly called: string
}

/** All the checks of a virtual server's real servers, and what they come to. */
export class VirtualServerMonitor {
  readonly #options: VirtualServerOptions
  readonly #loops: readonly CheckLoop[]
  readonly #said = new Map<string, boolean>()
  #pool: Pool

  constructor(options: VirtualServerOptions) {
    this.#options = options
    const { virtual, known } = options
    const start = startPool(virtual, known)
    this.#pool = start.pool
    options.onKnown(remembered(start.pool, virtual))
    this.#tell(start, { reason: known === null ? 'not checked yet' : 'as it was', called: 'CHECK' })
    this.#loops = virtual.realServers.flatMap((server, index) => this.#watch(server, index))
  }

  #watch(server: RealServer, index: number): CheckLoop[] {
    const { virtual, scripts, log } = this.#options
    const owner = `real server ${server.address}:${server.port}`
    return server.checks.map((check, number) => {
      return new CheckLoop({
        timing: check,
        up: this.#pool.servers[index]?.checks[number]?.up ?? !check.alpha,
        probe: probeOf(check, server, scripts, log),
        owner,
        onVerdict: (up, reason, called) =>
          this.#tell(decided(this.#pool, virtual, index, number, up), { reason, called }),
        onWeight: (weight) => {
          const cause = { reason: `weight ${weight} by its check`, called: 'CHECK' }
          this.#tell(reweighed(this.#pool, virtual, index, number, weight), cause)
        },
        onAttempt: (reason) => this.#review(reason),
        log,
      })
    })
  }

  #tell({ pool, news }: Turned, cause: Cause): void {
    const { virtual, onNews, onKnown } = this.#options
    if (pool !== this.#pool) onKnown(remembered(pool, virtual))
    this.#pool = pool
    // The address first: scripts may take their time, or end the daemon.
    this.#review(cause.reason)
    for (const one of news) onNews(one, cause)
  }

  /** The host's own addresses come and go as well, so this is asked anew after each attempt. */
  #review(reason: string): void {
    const { virtual, isHere, onTracker } = this.#options
    const trackers = addressTrackers(this.#pool, virtual, isHere, (name) => this.#said.get(name) ?? false)
    for (const tracker of trackers) {
      if (this.#said.get(tracker.name) === tracker.up) continue
      this.#said.set(tracker.name, tracker.up)
      onTracker(tracker, reason)
    }
    // A server that is not here any more, such as one with the virtual address itself, says nothing about this host.
    for (const [name, up] of this.#said) {
      if (trackers.some((tracker) => tracker.name === name)) continue
      this.#said.delete(name)
      if (!up) onTracker({ name, up: true }, "its address is not this host's now")
    }
  }

  /** @param isEnd the daemon ends, not only this worker */
  async stop(isEnd: boolean): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()))
    if (!isEnd) return
    const cause = { reason: 'the daemon ends', called: 'CHECK' }
    for (const news of ended(this.#pool, this.#options.virtual)) this.#options.onNews(news, cause)
  }
}
