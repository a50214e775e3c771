import { type ClockOffset, clockOffset, type RoundTrip } from './analysis/clock-offset.ts'
import { monotonic } from './clock.ts'
import type { Ping, Pong } from './protocol.ts'

const EVERY = 500

/** What both of our programs understand. */
interface Pingable {
  send(message: Ping): void
  listen(listener: (message: { readonly t: string }) => void): () => void
}

/** Keeps asking a program what time it is, and knows its clock from the quickest answers. */
export class ClockPinger {
  readonly #trips: RoundTrip[] = []
  readonly #asked = new Map<number, number>()
  readonly #timer: NodeJS.Timeout
  readonly #stop: () => void
  #id = 0

  constructor(program: Pingable) {
    this.#stop = program.listen((message) => {
      if (message.t !== 'pong') return
      const { id, mono } = message as Pong
      const asked = this.#asked.get(id)
      if (asked === undefined) return
      this.#asked.delete(id)
      this.#trips.push({ asked, answered: monotonic(), theirs: mono })
    })
    const ask = (): void => {
      this.#id++
      this.#asked.set(this.#id, monotonic())
      program.send({ t: 'ping', id: this.#id })
    }
    this.#timer = setInterval(ask, EVERY)
    for (let i = 0; i < 5; i++) ask()
  }

  /** @throws Error before the first answer. */
  get offset(): ClockOffset {
    return clockOffset(this.#trips)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#stop()
  }
}
