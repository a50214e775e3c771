import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from './scripts.ts'
import type { Kept } from './unsent.ts'

/** What waits at most; more are a flapping service, and the last ones tell as much. */
const MOST_WAITING = 100
/** ms between two attempts: doubled each time. */
const FIRST_PAUSE_MS = 2000
const LONGEST_PAUSE_MS = 300_000

/** The receiver has understood and said no: trying again changes nothing. */
export class Refused extends Error {}

interface Outgoing<Item> {
  readonly item: Item
  /** For messages: `mail "subject"`. */
  readonly what: string
  /** ms, monotonic */
  readonly since: number
}

export interface OutboxOptions<Item> {
  /** Rejects with `Refused`, or with any other Error to be called again. */
  readonly deliver: (item: Item, signal: AbortSignal) => Promise<void>
  /** ms from `add` until an item is given up. */
  readonly retryForMs: number
  readonly log: Log
}

/** Delivers one item after the other in the background and in order; what fails is tried again, holds up nothing else, and is said. */
export class Outbox<Item> {
  readonly #options: OutboxOptions<Item>
  readonly #abort = new AbortController()
  readonly #waiting: Outgoing<Item>[] = []
  readonly #hurry = new AbortController()
  #stopping = false
  /** Of what could not be delivered before the end; null: that is only said. */
  #kept: Outgoing<Item>[] | null = null
  #working: Promise<void> | null = null

  constructor(options: OutboxOptions<Item>) {
    this.#options = options
  }

  /** What an outbox before this one has kept. */
  resume(kept: readonly Kept<Item>[]): void {
    for (const { item, what, ageMs } of kept) this.add(item, what, ageMs)
  }

  add(item: Item, what: string, ageMs = 0): void {
    if (this.#stopping) return
    if (this.#waiting.length >= MOST_WAITING) {
      const { what: oldest = '' } = this.#waiting.shift() ?? {}
      this.#options.log('warn', `${oldest} is dropped: ${MOST_WAITING} are waiting`)
    }
    this.#waiting.push({ item, what, since: performance.now() - ageMs })
    this.#working ??= this.#work().finally(() => {
      this.#working = null
    })
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await this.#send(next)
  }

  async #send(outgoing: Outgoing<Item>): Promise<void> {
    const { item, what, since } = outgoing
    const { deliver, retryForMs, log } = this.#options
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      const last = this.#stopping
      try {
        await deliver(item, this.#abort.signal)
        if (wait > FIRST_PAUSE_MS) log('info', `${what} is sent`)
        return
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        const left = since + retryForMs - performance.now()
        const isFinal = error instanceof Refused || left <= 0
        const isEnd = last || this.#abort.signal.aborted
        if (isEnd && !isFinal && this.#kept !== null) {
          this.#kept.push(outgoing)
          return
        }
        if (isFinal || isEnd) {
          log('error', `${what} was not sent: ${reason}`)
          return
        }
        if (wait === FIRST_PAUSE_MS) {
          log('warn', `${what} is not sent yet: ${reason}; tried again for ${Math.ceil(left / 1000)} s`)
        }
        await this.#pause(Math.min(wait, left))
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    try {
      await pause(ms, undefined, { signal: this.#hurry.signal })
    } catch {
      // In a hurry: the daemon stops.
    }
  }

  /**
   * Tries what waits once more, for `patienceMs` together, then cuts it off.
   * @param keep what is left is not lost @returns that, in its order
   */
  async stop(patienceMs: number, keep = false): Promise<readonly Kept<Item>[]> {
    this.#stopping = true
    if (keep) this.#kept = []
    this.#hurry.abort()
    let rest: readonly Outgoing<Item>[] = []
    const timer = setTimeout(() => {
      rest = this.#waiting.splice(0)
      if (!keep) for (const { what } of rest) this.#options.log('error', `${what} was not sent: the daemon stops`)
      this.#abort.abort(new Error('the daemon stops'))
    }, patienceMs)
    await this.#working
    clearTimeout(timer)
    const now = performance.now()
    return this.#kept === null
      ? []
      : [...this.#kept, ...rest].map(({ item, what, since }) => ({ item, what, ageMs: now - since }))
  }
}
