import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from '../config/config.ts'
import { describe, type Run } from './run-command.ts'
import type { Log, Scripts } from './scripts.ts'
import type { Unsent } from './unsent.ts'

/** What is to be run: for messages, the command, and keepalived's extra arguments. */
export interface Notification {
  readonly what: string
  readonly command: Command
  readonly extra: readonly string[]
  /** ms before it starts, at the earliest. */
  readonly afterMs?: number
}

interface Waiting {
  /** ms of performance.now() */
  readonly notBefore: number
  readonly key: string
  readonly notification: Notification
}

/** ms that a notify script may take before it is ended, so that the next one gets its turn. */
export const NOTIFY_TIMEOUT_MS = 60_000

/**
 * Notify scripts in the order of their events: one at a time for each key (an instance, a group, a real server), keys side by side.
 * keepalived starts them all at once, so that `notify_backup` can overtake `notify_master`.
 */
export class NotifyQueue {
  readonly #scripts: Scripts
  readonly #log: Log
  readonly #tails = new Map<string, Promise<void>>()
  readonly #running = new Set<Run>()
  /** In the order in which they were added. */
  readonly #waiting = new Set<Waiting>()
  #stopped = false

  constructor(scripts: Scripts, log: Log) {
    this.#scripts = scripts
    this.#log = log
  }

  /** What a queue before this one has left. */
  resume(waiting: Unsent['scripts']): void {
    for (const { key, notification } of waiting) this.add(key, notification)
  }

  add(key: string, notification: Notification): void {
    const before = this.#tails.get(key) ?? Promise.resolve()
    const waiting = { key, notification, notBefore: performance.now() + (notification.afterMs ?? 0) }
    this.#waiting.add(waiting)
    this.#tails.set(
      key,
      before.then(() => this.#run(waiting)),
    )
  }

  async #run(waiting: Waiting): Promise<void> {
    if (this.#stopped) return
    const { what, command, extra } = waiting.notification
    const early = waiting.notBefore - performance.now()
    if (early > 0) await delay(early)
    const script = await this.#scripts.prepare(command)
    if (this.#stopped) return
    this.#waiting.delete(waiting)
    if (typeof script === 'string') {
      this.#log('error', `${what} is not run: ${script}`)
      return
    }
    const run = this.#scripts.startOutside(script, NOTIFY_TIMEOUT_MS, extra)
    this.#running.add(run)
    const outcome = await run.verdict
    await run.done
    this.#running.delete(run)
    if (outcome.end !== 'exit' || outcome.code !== 0)
      this.#log('warn', `${what} (${script.argv[0]}): ${describe(outcome)}`)
  }

  /** Waits until everything that was added has run. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values())
  }

  /**
   * Gives what is queued `patienceMs`. Then the rest is dropped, which is said, and what still runs is ended, unless it may outlive
   * the daemon.
   * @param keep the daemon goes on: what runs is left alone, and the rest is not lost @returns that
   */
  async stop(patienceMs: number, keep = false): Promise<readonly Waiting[]> {
    let timer: NodeJS.Timeout | undefined
    const impatient = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#stopped = true
        const ended = keep ? [] : [...this.#running].filter((run) => run.outlives !== true)
        for (const run of ended) run.end()
        void Promise.all(ended.map((run) => run.done)).then(() => resolve())
      }, patienceMs)
    })
    await Promise.race([this.idle(), impatient])
    clearTimeout(timer)
    if (keep) return [...this.#waiting]
    for (const { notification } of this.#waiting) this.#log('warn', `${notification.what} is not run: the daemon stops`)
    return []
  }
}
