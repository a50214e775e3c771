/** A state that a change must outlast before it counts (debouncing). Pure; times in ms of one monotonic clock. */
export interface Settled {
  /** What counts. */
  readonly up: boolean
  /** Since when the truth is otherwise; null: it agrees. */
  readonly differsSince: number | null
}

export interface Delays {
  readonly downMs: number
  readonly upMs: number
}

/** The next state after a look; the first look counts at once. */
export function settle(before: Settled | null, up: boolean, { downMs, upMs }: Delays, now: number): Settled {
  if (before === null || before.up === up) return { up, differsSince: null }
  const differsSince = before.differsSince ?? now
  return now - differsSince >= (up ? upMs : downMs) ? { up, differsSince: null } : { up: before.up, differsSince }
}

/** When a state that differs will count, if it stays so; null: nothing is pending. */
export function settlesAt({ up, differsSince }: Settled, { downMs, upMs }: Delays): number | null {
  return differsSince === null ? null : differsSince + (up ? downMs : upMs)
}
