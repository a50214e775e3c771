import type { CheckTiming } from '../config/servers.ts'
import type { Log } from '../notify/scripts.ts'
import { pause } from './pause.ts'
import type { Probe } from './probe.ts'
import { countAttempt, initialRetry } from './retry.ts'

export interface CheckLoopOptions {
  readonly timing: CheckTiming
  /** What the check is taken for until it has run. */
  readonly up: boolean
  /** A sentence when the check can't run: it counts as up then, as keepalived takes it out. */
  readonly probe: Promise<Probe | string>
  /** For the log: whose check it is. */
  readonly owner: string
  /** The first verdict, and every other one. `called`: the check's name in mail. */
  readonly onVerdict: (up: boolean, reason: string, called: string) => void
  readonly onWeight: (weight: number) => void
  /** Each attempt, after what came of it. */
  readonly onAttempt: (reason: string) => void
  readonly log: Log
  /** 0 up to 1; for tests. */
  readonly random?: () => number
}

/** One check of one real server, again and again until it is stopped. */
export class CheckLoop {
  readonly #options: CheckLoopOptions
  readonly #abort = new AbortController()
  readonly #running: Promise<void>

  constructor(options: CheckLoopOptions) {
    this.#options = options
    this.#running = this.#run()
  }

  async #run(): Promise<void> {
    const { timing, up, owner, onVerdict, onWeight, onAttempt, log, random = Math.random } = this.#options
    const { signal } = this.#abort
    const probe = await this.#options.probe
    if (signal.aborted) return
    if (typeof probe === 'string') {
      log('error', `a check of ${owner} is not run and counts as up: ${probe}`)
      onVerdict(true, `not run: ${probe}`, 'CHECK')
      return
    }
    await pause(random() * timing.warmup * 1000, signal)
    let state = initialRetry(up)
    while (!signal.aborted) {
      const began = performance.now()
      const { fault, weight } = await probe.attempt(signal)
      if (signal.aborted) break
      const wasUp = state.up
      const counted = countAttempt(state, fault === null, timing)
      state = counted.state
      if (fault !== null && wasUp && timing.logAllFailures) log('info', `${owner}: ${probe.what}: ${fault}`)
      if (weight !== undefined) onWeight(weight)
      const well = `${probe.what} ${probe.fromStart ? 'succeeds' : 'answers'}`
      const reason = fault === null ? well : `${probe.what}: ${fault}`
      if (counted.change !== null) onVerdict(counted.change === 'up', reason, probe.called)
      onAttempt(reason)
      const past = probe.fromStart ? performance.now() - began : 0
      await pause(Math.max(0, counted.delay * 1000 - past), signal)
    }
    await probe.ended?.()
  }

  /** Cuts off an attempt and waits until nothing of it is left. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }
}
