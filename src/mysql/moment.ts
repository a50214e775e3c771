import type { Dialect } from './dialect.ts'
import { sqlString } from './quote.ts'

/**
 * Begins a transaction that sees one moment, and says which: the last column of the only row is the GTID position.
 * MariaDB knows its transaction's place in the binary log. MySQL doesn't: writers are held up while it is asked, for
 * 1 s at most (error 1205, where a long statement is in the way).
 */
export function openMoment({ seeding }: Dialect): readonly string[] {
  return seeding.openMoment
}

/** Applies exactly up to a moment of the source, and no further. */
export function applyUntil({ seeding, statement }: Dialect, gtids: string): string {
  return `${statement.startReplica} UNTIL ${seeding.untilOption}=${sqlString(gtids)}`
}

/** One row, one column: has the applier got there? Waits for it so many seconds. 1: not yet (MariaDB: -1). */
export function awaitMoment({ family }: Dialect, gtids: string, seconds: number): string {
  return `SELECT ${family.waitFunction}(${sqlString(gtids)}, ${seconds})`
}

/** A server without history takes on that of a copy: what the copy's source had executed by its moment. */
export function adoptHistory(
  { seeding, statement }: Dialect,
  history: { readonly executed: string; readonly position: string },
): readonly string[] {
  return [statement.resetBinaryLogs, ...seeding.takeOn(history.executed, history.position)]
}
