import { Transform, type TransformCallback } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

export interface FlowState {
  readonly bytes: number
  /** Bytes a second since the beginning. */
  readonly rate: number
  /** s until `expected` bytes are through; null: can't be said yet. */
  readonly remaining: number | null
}

export interface FlowOptions {
  /** Bytes a second at most; null: as fast as it goes. */
  readonly throttle: number | null
  /** About how many bytes are to come; null: unknown. */
  readonly expected: number | null
  /** Called about once a second while something comes. */
  readonly tell: (state: FlowState) => void
}

const TELL_EVERY_MS = 1000
/** Longest single pause, ms: a chunk is never held back for longer than a cut link takes to be noticed. */
const LONGEST_PAUSE_MS = 1000

/** Counts what passes, tells of it, and holds it up to a rate. */
export class Flow extends Transform {
  readonly #options: FlowOptions
  readonly #began = performance.now()
  #told = performance.now()
  #bytes = 0

  constructor(options: FlowOptions) {
    super()
    this.#options = options
  }

  get state(): FlowState {
    const seconds = Math.max(0.001, (performance.now() - this.#began) / 1000)
    const rate = this.#bytes / seconds
    const { expected } = this.#options
    const left = expected === null ? null : Math.max(0, expected - this.#bytes)
    return { bytes: this.#bytes, rate, remaining: left === null || this.#bytes === 0 ? null : left / rate }
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length
    if (performance.now() - this.#told >= TELL_EVERY_MS) {
      this.#told = performance.now()
      this.#options.tell(this.state)
    }
    const { throttle } = this.#options
    if (throttle === null) {
      done(null, chunk)
      return
    }
    void this.#hold((this.#bytes / throttle) * 1000).then(() => done(null, chunk), done)
  }

  /** Until `due` ms after the beginning. */
  async #hold(due: number): Promise<void> {
    while (!this.destroyed) {
      const early = due - (performance.now() - this.#began)
      if (early <= 0) return
      await delay(Math.min(early, LONGEST_PAUSE_MS))
    }
  }
}

const MB = 1_000_000

export function flowText({ bytes, rate, remaining }: FlowState): string {
  const left = remaining === null || remaining < 1 ? '' : `, about ${Math.ceil(remaining)} s left`
  return `${(bytes / MB).toFixed(1)} MB, ${(rate / MB).toFixed(1)} MB/s${left}`
}
