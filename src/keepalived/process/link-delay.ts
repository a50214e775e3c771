/** Debounced state of one link: `interface_up_down_delays`. Pure; times in ms of one monotonic clock. */
export interface LinkDelay {
  /** What counts. */
  readonly up: boolean
  /** Since when the kernel says otherwise; null: it agrees. */
  readonly differsSince: number | null
}

export interface Delays {
  readonly downMs: number
  readonly upMs: number
}

/** The next state after a look at the kernel's; the first look counts at once. */
export function settle(
  before: LinkDelay | undefined,
  running: boolean,
  { downMs, upMs }: Delays,
  now: number,
): LinkDelay {
  if (before === undefined || before.up === running) return { up: running, differsSince: null }
  const since = before.differsSince ?? now
  return now - since >= (running ? upMs : downMs)
    ? { up: running, differsSince: null }
    : { ...before, differsSince: since }
}

/** When a link that differs will count; null: nothing is pending. */
export function settlesAt({ up, differsSince }: LinkDelay, { downMs, upMs }: Delays): number | null {
  return differsSince === null ? null : differsSince + (up ? downMs : upMs)
}
