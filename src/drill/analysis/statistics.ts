export interface Summary {
  readonly n: number
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Minimum, median and maximum; null for no values. The median of an even count is the mean of the middle two. */
export function summarize(values: readonly number[]): Summary | null {
  const sorted = [...values].sort((a, b) => a - b)
  const min = sorted[0]
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return null
  const upper = sorted[Math.floor(sorted.length / 2)] ?? max
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? min
  return { n: sorted.length, min, median: (lower + upper) / 2, max }
}
