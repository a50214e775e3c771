import type { Dialect } from './dialect.ts'
import { sqlString } from './quote.ts'

/**
 * Begins a transaction that sees one moment, and says which: the last column of the only row is the GTID position.
 * MariaDB knows its transaction's place in the binary log. MySQL doesn't: writers are held up while it is asked, for
 * 1 s at most (error 1205, where a long statement is in the way).
 */
export function openMoment({ flavour }: Dialect): readonly string[] {
  const open = 'START TRANSACTION WITH CONSISTENT SNAPSHOT'
  const isolation = 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ'
  if (flavour === 'mysql') {
    const moment = "SELECT 'moment', REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '')"
    return [isolation, 'SET SESSION lock_wait_timeout=1', 'FLUSH TABLES WITH READ LOCK', open, moment, 'UNLOCK TABLES']
  }
  const status = (name: string) =>
    `(SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME='BINLOG_SNAPSHOT_${name}')`
  return [isolation, open, `SELECT 'moment', BINLOG_GTID_POS(${status('FILE')}, ${status('POSITION')})`]
}

/** Applies exactly up to a moment of the source, and no further. */
export function applyUntil({ flavour, statement }: Dialect, gtids: string): string {
  const until = flavour === 'mysql' ? 'SQL_AFTER_GTIDS' : 'MASTER_GTID_POS'
  return `${statement.startReplica} UNTIL ${until}=${sqlString(gtids)}`
}

/** One row, one column: has the applier got there? Waits for it so many seconds. 1: not yet (MariaDB: -1). */
export function awaitMoment({ flavour }: Dialect, gtids: string, seconds: number): string {
  const wait = flavour === 'mysql' ? 'WAIT_FOR_EXECUTED_GTID_SET' : 'MASTER_GTID_WAIT'
  return `SELECT ${wait}(${sqlString(gtids)}, ${seconds})`
}

/** A server without history takes on that of a copy: what the copy's source had executed by its moment. */
export function adoptHistory(
  { flavour, statement }: Dialect,
  history: { readonly executed: string; readonly position: string },
): readonly string[] {
  if (flavour === 'mysql') return [statement.resetBinaryLogs, `SET GLOBAL gtid_purged=${sqlString(history.executed)}`]
  return [
    statement.resetBinaryLogs,
    `SET GLOBAL gtid_binlog_state=${sqlString(history.executed)}`,
    `SET GLOBAL gtid_slave_pos=${sqlString(history.position)}`,
  ]
}
