import type { ClockOffset } from './analysis/clock-offset.ts'
import type { Transition, Watch } from './analysis/intervals.ts'
import type { FromSampler } from './protocol.ts'

interface Raw {
  readonly vip: Transition[]
  readonly writable: Transition[]
  readonly alone: Transition[]
  lastLook: number
  worst: number
}

/** Everything that one run of a host's sampler saw, on that host's clock until `at(offset)` moves it to ours. */
export class SamplerLog {
  readonly #raw: Raw = { vip: [], writable: [], alone: [], lastLook: 0, worst: 0 }

  add(message: FromSampler): void {
    const raw = this.#raw
    switch (message.t) {
      case 'vip':
        raw.vip.push({ on: message.held, since: message.since, mono: message.mono })
        break
      case 'writable':
        raw.writable.push({ on: message.writable === true, since: message.since, mono: message.mono })
        raw.alone.push({ on: message.alone, since: message.since, mono: message.mono })
        break
      case 'alive':
        raw.worst = Math.max(raw.worst, message.worst)
        break
      default:
        return
    }
    raw.lastLook = Math.max(raw.lastLook, message.mono)
  }

  /** Does the host hold the VIP, as last heard? */
  get held(): boolean {
    return this.#raw.vip.at(-1)?.on === true
  }

  get writable(): boolean {
    return this.#raw.writable.at(-1)?.on === true
  }

  /** Longest time between two looks at the addresses since this was last asked, ms: what the sampler can't have seen. */
  takeWorst(): number {
    const { worst } = this.#raw
    this.#raw.worst = 0
    return worst
  }

  /** All watches on our clock. `goneBy`: our time by which the host was certainly dead; Infinity when it lives. */
  at(
    offset: ClockOffset,
    goneBy: number,
  ): {
    readonly vip: Watch
    readonly writable: Watch
    readonly alone: Watch
  } {
    const move = (transitions: readonly Transition[]): Transition[] =>
      transitions.map(({ on, since, mono }) => ({ on, since: since + offset.add, mono: mono + offset.add }))
    const lastLook = this.#raw.lastLook + offset.add
    return {
      vip: { transitions: move(this.#raw.vip), lastLook, goneBy },
      writable: { transitions: move(this.#raw.writable), lastLook, goneBy },
      alone: { transitions: move(this.#raw.alone), lastLook, goneBy },
    }
  }
}
