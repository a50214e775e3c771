import type { ServerFacts } from '../hosts/host-facts.ts'
import { type Dialect, dialectOf } from '../mysql/dialect.ts'
import type { FactLines } from './fact-lines.ts'

/** What databaseProbe was told by the server itself. */
export interface ShowsItself {
  /** Names of its variables and of its counters of statements; null: it did not answer. */
  readonly shown: readonly string[] | null
}

export function shownNames(facts: FactLines): readonly string[] | null {
  const names = [...Object.keys(facts.record('variable')), ...facts.texts('counter')]
  return names.length === 0 ? null : names
}

/** As the server shows itself; by its version where it does not answer, or is still to be installed. */
export function serverDialect({ version }: Pick<ServerFacts, 'version'>, { shown }: ShowsItself): Dialect {
  return dialectOf(version, '', shown)
}
