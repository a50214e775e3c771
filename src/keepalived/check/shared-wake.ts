import { DeadlineTimer, monotonicMs } from '../linux/clock.ts'

/** What wakes it: one deadline that can be moved, also to later, which Node's own timers can't without waking for nothing. */
export interface Alarm {
  /** ms of the clock; null: none. */
  set(deadline: number | null): void
}

interface Waiter {
  /** From then on it may end, if the process is awake anyway. */
  readonly early: number
  /** Then it ends at the latest. */
  readonly late: number
  readonly done: () => void
}

/** Of each wait: so much of it may be left out. */
const SLACK = 0.2

/**
 * Waits that end together. What a process at rest costs is mostly its waking up: cold caches, a processor that slept (150 to
 * 220 µs for a timer that does nothing). So a wait may end a bit early when the process is awake for another reason, but
 * never later than it was asked for.
 */
export class SharedWake {
  readonly #now: () => number
  readonly #makeAlarm: (ring: () => void) => Alarm
  readonly #waiters = new Set<Waiter>()
  /** Made when it is needed first: it holds a descriptor. */
  #alarm: Alarm | null = null

  constructor(
    now: () => number = monotonicMs,
    makeAlarm: (ring: () => void) => Alarm = (ring) => new DeadlineTimer(ring),
  ) {
    this.#now = now
    this.#makeAlarm = makeAlarm
  }

  /** @param slack which part of it may be left out. @returns ends the wait without calling back */
  after(ms: number, done: () => void, slack = SLACK): () => void {
    const now = this.#now()
    const waiter = { early: now + ms * (1 - slack), late: now + ms, done }
    this.#waiters.add(waiter)
    this.#arm()
    return () => {
      if (this.#waiters.delete(waiter)) this.#arm()
    }
  }

  /** Waits `ms` or a bit less, or until `signal` aborts, whichever is first. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const finish = () => {
        cancel()
        signal.removeEventListener('abort', finish)
        resolve()
      }
      const cancel = this.after(ms, finish)
      signal.addEventListener('abort', finish, { once: true })
    })
  }

  /** The process is awake: whatever may end now does. */
  touch(): void {
    const now = this.#now()
    for (const waiter of [...this.#waiters]) {
      if (waiter.early <= now && this.#waiters.delete(waiter)) waiter.done()
    }
    this.#arm()
  }

  #arm(): void {
    let next: number | null = null
    for (const { late } of this.#waiters) if (next === null || late < next) next = late
    if (this.#alarm === null && next === null) return
    this.#alarm ??= this.#makeAlarm(() => this.touch())
    this.#alarm.set(next)
  }
}

/** Of this process. */
export const sharedWake = new SharedWake()

/** To the moment, and free when it is taken back, as nearly all are: the next wake-up stays what it was. */
export const deadline = (ms: number, late: () => void): (() => void) => sharedWake.after(ms, late, 0)

/** @returns null when it takes longer */
export async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | null> {
  let cancel = (): void => undefined
  // Node's own timer would wake the process at its time although it was taken back.
  const late = new Promise<null>((resolve) => {
    cancel = deadline(ms, () => resolve(null))
  })
  const value = await Promise.race([promise, late])
  cancel()
  return value
}
