import { type BatchSession, SqlError, type SqlSession } from './sql-session.ts'

/**
 * A write that reaches the disk and leaves nothing behind: a row comes and goes within one transaction, which InnoDB has
 * to log and sync. Never in the binlog, so that it has no GTID, and does not wait for the standby as semi-sync would.
 * The row is the connection's own: one that got stuck does not lock out the next.
 */
export const PROBE_TABLE =
  'CREATE TABLE IF NOT EXISTS mmha.probe (id BIGINT UNSIGNED NOT NULL PRIMARY KEY) ENGINE=InnoDB'

const STATEMENTS = [
  'INSERT INTO mmha.probe VALUES (CONNECTION_ID())',
  'DELETE FROM mmha.probe WHERE id = CONNECTION_ID()',
  'COMMIT',
] as const

const NO_SUCH_TABLE = 1146

/** Once for a session, and makes each write a transaction without saying so. @throws SqlError, 1227 when the account may not: then no probe must be written */
export async function keepOutOfBinlog(session: SqlSession): Promise<void> {
  await session.query('SET SESSION sql_log_bin=0, autocommit=0')
}

/** @throws SqlError: `lost` when it did not come back in time, else the server's refusal */
export async function probeWrite(session: BatchSession, timeoutMs: number): Promise<void> {
  try {
    await session.batch(STATEMENTS, timeoutMs)
  } catch (error) {
    if (!(error instanceof SqlError) || error.lost) throw error
    await session.query('ROLLBACK', timeoutMs)
    if (error.errno !== NO_SUCH_TABLE) throw error
    await session.query(PROBE_TABLE, timeoutMs)
  }
}
