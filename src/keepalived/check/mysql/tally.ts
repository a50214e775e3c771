/**
 * - `up` answers
 * - `degraded` lives, and refuses us or is short of something: no reason to move the address
 * - `hung` is there, and does not answer or is not let run: what it would still write must be prevented
 * - `down` its process has gone, or nobody listens
 */
export type Health = 'up' | 'degraded' | 'hung' | 'down'

/** What one look at the server told. */
export type Sign =
  | 'answers'
  | 'refuses'
  /** Nobody listens, or the process has begun to die. */
  | 'dead'
  /** The connection ended without a word: one session was ended, or the server dies. */
  | 'cut-off'
  /** No answer within the deadline. */
  | 'silent'
  /** Something else is wrong with the way to it. */
  | 'unusable'
  /** The kernel has shown its process stopped for too long, or writes have not come back for too long. */
  | 'stuck'

export interface Tally {
  /** null: no verdict yet. */
  readonly health: Health | null
  readonly successes: number
  readonly failures: number
  /** Attempts to connect again after a connection was cut off. */
  readonly confirming: number
}

export const NO_TALLY: Tally = { health: null, successes: 0, failures: 0, confirming: 0 }

/** Connecting again tells in milliseconds whether the server dies; after so many attempts it counts as a failure. */
const CONFIRM_ATTEMPTS = 40

/**
 * Counts one look. Death is taken at its word; silence has to repeat itself `fall` times, so that one lost moment of a
 * loaded machine moves nothing. Pure.
 */
export function count(tally: Tally, sign: Sign, { rise, fall }: { rise: number; fall: number }): Tally {
  switch (sign) {
    case 'answers':
    case 'refuses': {
      const successes = tally.successes + 1
      const good = sign === 'answers' ? 'up' : 'degraded'
      const risen = tally.health === 'up' || tally.health === 'degraded' || successes >= rise
      return { health: risen ? good : tally.health, successes, failures: 0, confirming: 0 }
    }
    case 'dead':
      return { health: 'down', successes: 0, failures: fall, confirming: 0 }
    case 'stuck':
      return { health: 'hung', successes: 0, failures: fall, confirming: 0 }
    case 'cut-off':
      if (tally.confirming < CONFIRM_ATTEMPTS) return { ...tally, confirming: tally.confirming + 1 }
      return failed(tally, fall, 'down')
    case 'silent':
      return failed(tally, fall, 'hung')
    case 'unusable':
      return failed(tally, fall, 'down')
  }
}

/** Is another attempt due at once, because the last connection was only cut off? */
export function confirms(tally: Tally): boolean {
  return tally.confirming > 0
}

function failed(tally: Tally, fall: number, bad: 'hung' | 'down'): Tally {
  const failures = tally.failures + 1
  return { health: failures >= fall ? bad : tally.health, successes: 0, failures, confirming: 0 }
}

/** Up and degraded hold the address alike. */
export function serves(health: Health | null): boolean {
  return health === 'up' || health === 'degraded'
}
