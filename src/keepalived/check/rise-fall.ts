/** keepalived's counter of a tracked script: 0 … rise+fall-1; up from `rise` on. */
export interface RiseFall {
  readonly rise: number
  readonly fall: number
  readonly result: number
  /** No run has counted yet: one success, or one failure, decides. */
  readonly initial: boolean
}

export type Change = 'up' | 'down' | null

/** Before the first run. With `initFail` the script is down already and needs `rise` successes. */
export function initialRiseFall({ rise, fall, initFail }: { rise: number; fall: number; initFail: boolean }): RiseFall {
  return { rise, fall, result: initFail ? 0 : rise - 1, initial: !initFail }
}

/**
 * Counts one run, as keepalived does: `rise` successes in a row bring it up, `fall` failures in a row bring it down, one run of the
 * other kind starts the count anew.
 */
export function countRun(counter: RiseFall, ok: boolean): { readonly counter: RiseFall; readonly change: Change } {
  const { rise, fall, result, initial } = counter
  const settled = { ...counter, initial: false }
  if (ok) {
    if (result < rise - 1) return { counter: { ...settled, result: result + 1 }, change: null }
    return { counter: { ...settled, result: rise + fall - 1 }, change: result < rise ? 'up' : null }
  }
  if (result > rise) return { counter: { ...settled, result: result - 1 }, change: null }
  return { counter: { ...settled, result: 0 }, change: result === rise || initial ? 'down' : null }
}
