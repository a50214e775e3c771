/** Half-open times, ms on one clock. */
export interface Interval {
  readonly start: number
  readonly end: number
}

/** A sampled state changed to `on` at some time after `since` (the look before) and not after `mono` (the look that saw it). */
export interface Transition {
  readonly on: boolean
  readonly since: number
  readonly mono: number
}

/** What one sampler saw from its start to its end, times on one clock. */
export interface Watch {
  readonly transitions: readonly Transition[]
  /** Time of its last look. */
  readonly lastLook: number
  /** By then the state was certainly over, when the watch ended because the host died; Infinity: not known. */
  readonly goneBy: number
}

export interface Bounds {
  /** The state certainly held within these. */
  readonly certain: readonly Interval[]
  /** The state may have held within these. */
  readonly possible: readonly Interval[]
}

/** Certain and possible intervals of a state from its samples: sampling can't see closer than its period. */
export function boundsOf(watches: readonly Watch[]): Bounds {
  const certain: Interval[] = []
  const possible: Interval[] = []
  for (const { transitions, lastLook, goneBy } of watches) {
    let on: Transition | null = null
    for (const transition of transitions) {
      if (transition.on) {
        on ??= transition
      } else if (on !== null) {
        certain.push({ start: on.mono, end: transition.since })
        possible.push({ start: on.since, end: transition.mono })
        on = null
      }
    }
    if (on === null) continue
    certain.push({ start: on.mono, end: lastLook })
    possible.push({ start: on.since, end: Number.isFinite(goneBy) ? Math.max(goneBy, lastLook) : lastLook })
  }
  return { certain: merge(certain), possible: merge(possible) }
}

/** Joins overlapping intervals and drops empty ones. */
export function merge(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start)
  const merged: Interval[] = []
  for (const interval of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && interval.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, interval.end) }
    } else {
      merged.push(interval)
    }
  }
  return merged
}

/** The times in both; both lists as `merge` gives them. */
export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const both: Interval[] = []
  for (const x of a) {
    for (const y of b) {
      const start = Math.max(x.start, y.start)
      const end = Math.min(x.end, y.end)
      if (end > start) both.push({ start, end })
    }
  }
  return merge(both)
}

/** Sum of lengths, ms. */
export function total(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { start, end }) => sum + (end - start), 0)
}

export interface Overlap {
  /** ms during which both certainly had the state, less what the clocks may be apart. */
  readonly certain: number
  /** ms during which both may have had it; within the samplers' periods and the clocks' uncertainty. */
  readonly possible: number
}

/** Time in which two hosts both had a state. `uncertainty`: how far their clocks may be apart after correction, ms. */
export function overlapOf(a: Bounds, b: Bounds, uncertainty: number): Overlap {
  const shrunk = intersect(a.certain, b.certain).map(({ start, end }) => Math.max(0, end - start - uncertainty))
  const grown = a.possible.map(({ start, end }) => ({ start: start - uncertainty, end: end + uncertainty }))
  return { certain: shrunk.reduce((sum, ms) => sum + ms, 0), possible: total(intersect(merge(grown), b.possible)) }
}
