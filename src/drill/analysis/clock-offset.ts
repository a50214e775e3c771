/** One question and answer between two clocks, ms: asked and answered by our clock, in between theirs. */
export interface RoundTrip {
  readonly asked: number
  readonly answered: number
  readonly theirs: number
}

export interface ClockOffset {
  /** Add this to their monotonic time to get ours, ms. */
  readonly add: number
  /** Our reading of their clock may be wrong by as much, ms; 0 when both share a kernel. */
  readonly uncertainty: number
}

/**
 * The offset between two monotonic clocks from the quickest of several round trips. Monotonic clocks count from boot:
 * two that agree within half a round trip are one kernel's (containers on one machine), and then the offset is exactly 0.
 */
export function clockOffset(trips: readonly RoundTrip[]): ClockOffset {
  const quickest = [...trips].sort((a, b) => a.answered - a.asked - (b.answered - b.asked))[0]
  if (quickest === undefined) throw new Error('no round trip to estimate a clock from')
  const half = (quickest.answered - quickest.asked) / 2
  const add = quickest.asked + half - quickest.theirs
  return Math.abs(add) <= half ? { add: 0, uncertainty: 0 } : { add, uncertainty: half }
}
