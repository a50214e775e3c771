/** Time in ms with µs fraction. All intervals are made from `mono`; `wall` is only for people. */
export interface Instant {
  /** CLOCK_MONOTONIC of the host that says it, ms. Machines that share a kernel share it. */
  readonly mono: number
  /** CLOCK_REALTIME of that host, ms since 1970. */
  readonly wall: number
}

/** CLOCK_MONOTONIC in ms with µs fraction. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}

export function instant(): Instant {
  return { mono: monotonic(), wall: Date.now() }
}
