import type { Connection } from 'mysql2'
import { monotonic } from '../clock.ts'
import type { AttemptCounts } from '../protocol.ts'
import type { Attempt, AttemptFailure } from './attempt.ts'

/** ms between the starts of two tries that are turned away at once: a tight loop would only burn the client's CPU. */
export const PACE = 5
/** Tries at the same time; more would look like an attack to the server and its `max_connect_errors`. */
const IN_FLIGHT = 4

export interface Connected {
  readonly connection: Connection
  readonly attempts: AttemptCounts
}

/**
 * Tries until there is a session: at once again after a refusal, and beside a try that gets no answer (a lost SYN) a new
 * one every `hedgeAfter` ms, so that what is measured is the pair's gap and not the client's retransmission timer.
 * Resolves null when `signal` aborts.
 */
export function connectHedged(
  start: () => Attempt,
  hedgeAfter: number,
  signal: AbortSignal,
): Promise<Connected | null> {
  const counts = { started: 0, refused: 0, timedOut: 0, denied: 0 }
  const flying = new Set<Attempt>()
  let timer: NodeJS.Timeout | null = null
  let settled = false

  return new Promise((resolve) => {
    const finish = (connection: Connection | null): void => {
      settled = true
      if (timer !== null) clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      for (const attempt of flying) attempt.cancel()
      resolve(connection === null ? null : { connection, attempts: counts })
    }
    const abort = (): void => finish(null)

    const schedule = (ms: number): void => {
      if (timer !== null) clearTimeout(timer)
      timer = setTimeout(launch, Math.max(0, ms))
    }
    const launch = (): void => {
      if (flying.size >= IN_FLIGHT) return
      const began = monotonic()
      const attempt = start()
      counts.started++
      flying.add(attempt)
      schedule(hedgeAfter)
      attempt.done.then((result) => {
        flying.delete(attempt)
        if ('connection' in result) {
          if (settled) result.connection.destroy()
          else finish(result.connection)
          return
        }
        counts[result.failure satisfies AttemptFailure]++
        if (!settled) schedule(PACE - (monotonic() - began))
      })
    }

    if (signal.aborted) {
      finish(null)
      return
    }
    signal.addEventListener('abort', abort)
    launch()
  })
}
