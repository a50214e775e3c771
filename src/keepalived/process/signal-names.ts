/** keepalived's functions and Linux's signal numbers, as `keepalived --signum=` of 2.2 prints them. */
export const SIGNAL_NUMBERS = {
  STOP: 15,
  RELOAD: 1,
  DATA: 10,
  STATS: 12,
  STATS_CLEAR: 63,
  JSON: 36,
} as const

/** @returns null for a name that keepalived does not know either */
export function signalNumber(name: string): number | null {
  return Object.hasOwn(SIGNAL_NUMBERS, name) ? SIGNAL_NUMBERS[name as keyof typeof SIGNAL_NUMBERS] : null
}
