import type { Dialect } from '../../mysql/dialect.ts'
import type { PlanContext } from '../module.ts'
import { serverDialect } from '../server-dialect.ts'
import type { PreflightFacts } from './facts.ts'
import type { Finding, FindingCode, Severity } from './finding.ts'

export type Context = PlanContext<PreflightFacts>

/** A finding of this host's. */
export type Say = (severity: Severity, code: FindingCode, what: string, todo: string) => Finding

export function sayOf({ host }: Context): Say {
  return (severity, code, what, todo) => ({ code, severity, host: host.name, what, todo })
}

/** A finding of both hosts together. */
export const sayOfPair: Say = (severity, code, what, todo) => ({ code, severity, host: null, what, todo })

/** null: no server is installed here yet. */
export function dialectHere({ facts, mine }: Context): Dialect | null {
  return facts.server === null ? null : serverDialect(facts.server, mine.data)
}

/** Some of them, and how many more there are. */
export function some(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}
