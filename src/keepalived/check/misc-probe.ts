import type { MiscCheck } from '../config/servers.ts'
import { describe, type Outcome } from '../notify/run-command.ts'
import type { Scripts } from '../notify/scripts.ts'
import type { Finding, Probe } from './probe.ts'

/** What an outcome says, as keepalived reads it: 0 is success; with `misc_dynamic` 2..255 as well, and two more than the weight. */
export function judgeRun(outcome: Outcome, dynamic: boolean): Finding {
  if (outcome.end !== 'exit') return { fault: describe(outcome) }
  if (outcome.code === 0) return { fault: null }
  if (dynamic && outcome.code >= 2) return { fault: null, weight: outcome.code - 2 }
  return { fault: describe(outcome) }
}

/** MISC_CHECK: a command of the user's. @returns a sentence instead when it must not or can't run. */
export async function miscProbe(check: MiscCheck, scripts: Scripts): Promise<Probe | string> {
  const ready = await scripts.prepare(check.command)
  if (typeof ready === 'string') return ready
  let last: Promise<void> = Promise.resolve()
  return {
    what: `MISC_CHECK ${ready.argv[0]}`,
    called: 'MISC CHECK',
    fromStart: true,
    ended: () => last,
    async attempt(signal) {
      // What hung is known to have failed before it is gone; the next run begins after that.
      await last
      const run = scripts.startCheck(ready, Math.max(1, check.timeout * 1000))
      last = run.done
      if (signal.aborted) run.end()
      else signal.addEventListener('abort', run.end, { once: true })
      const outcome = await run.verdict
      signal.removeEventListener('abort', run.end)
      return judgeRun(outcome, check.dynamic)
    },
  }
}
