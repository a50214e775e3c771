import type { Command } from '../config/config.ts'
import { describe, type Run } from './run-command.ts'
import type { Log, Scripts } from './scripts.ts'

/** What is to be run: for messages, the command, and keepalived's extra arguments. */
export interface Notification {
  readonly what: string
  readonly command: Command
  readonly extra: readonly string[]
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
  #stopped = false

  constructor(scripts: Scripts, log: Log) {
    this.#scripts = scripts
    this.#log = log
  }

  add(key: string, notification: Notification): void {
    const before = this.#tails.get(key) ?? Promise.resolve()
    this.#tails.set(
      key,
      before.then(() => this.#run(notification)),
    )
  }

  async #run({ what, command, extra }: Notification): Promise<void> {
    if (this.#stopped) return
    const script = await this.#scripts.prepare(command)
    if (typeof script === 'string') {
      this.#log('error', `${what} is not run: ${script}`)
      return
    }
    if (this.#stopped) return
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

  /** Gives what is queued `patienceMs`, then drops the rest and ends what still runs, unless it may outlive the daemon. */
  async stop(patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const impatient = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#stopped = true
        const ended = [...this.#running].filter((run) => run.outlives !== true)
        for (const run of ended) run.end()
        void Promise.all(ended.map((run) => run.done)).then(() => resolve())
      }, patienceMs)
    })
    await Promise.race([this.idle(), impatient])
    clearTimeout(timer)
  }
}
