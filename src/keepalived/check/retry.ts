import type { Change } from './rise-fall.ts'

/** A checker of a real server between two attempts. */
export interface RetryState {
  readonly up: boolean
  /** Failed attempts since the last good one while still up. */
  readonly retries: number
  readonly hasRun: boolean
}

export interface RetryRule {
  /** Further attempts before the server is down. */
  readonly retry: number
  /** s */
  readonly delayBeforeRetry: number
  /** s */
  readonly delayLoop: number
}

/** @param up what it is taken for until the first attempt */
export function initialRetry(up: boolean): RetryState {
  return { up, retries: 0, hasRun: false }
}

/**
 * Counts one attempt, as keepalived's checkers do: a failure while up is tried again `retry` times in quick order, one success brings
 * it up. A server that is down is tried every `delayLoop` s.
 * @returns the state, s until the next attempt, and the change; the first decided attempt is always one.
 */
export function countAttempt(
  state: RetryState,
  ok: boolean,
  rule: RetryRule,
): { readonly state: RetryState; readonly delay: number; readonly change: Change } {
  if (ok) {
    const change = !state.up || !state.hasRun ? 'up' : null
    return { state: { up: true, retries: 0, hasRun: true }, delay: rule.delayLoop, change }
  }
  if (!state.up) {
    const change = state.hasRun ? null : 'down'
    return { state: { up: false, retries: 0, hasRun: true }, delay: rule.delayLoop, change }
  }
  if (state.retries < rule.retry) {
    return { state: { ...state, retries: state.retries + 1 }, delay: rule.delayBeforeRetry, change: null }
  }
  return { state: { up: false, retries: 0, hasRun: true }, delay: rule.delayLoop, change: 'down' }
}
