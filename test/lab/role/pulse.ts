/** ms */
const PERIOD = 50
/** A process that other processes keep from the processor for less than this has been slow, not frozen. ms */
const FROZEN_FROM = 500

interface Span {
  readonly from: number
  readonly to: number
}

/** Notices when this process stands still, as with the whole machine: its clients can't have had an answer meanwhile. */
export class Pulse {
  readonly #frozen: Span[] = []
  readonly #timer: NodeJS.Timeout
  #last = performance.now()

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now()
      if (now - this.#last > FROZEN_FROM) this.#frozen.push({ from: this.#last, to: now })
      this.#last = now
    }, PERIOD).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** How much of a span the process was alive, ms. */
  alive({ from, to }: Span): number {
    const stood = this.#frozen.map((one) => Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)))
    return stood.reduce((left, ms) => left - ms, to - from)
  }
}
