import { type ChannelStatus, channelOf } from './channel.ts'
import type { Dialect } from './dialect.ts'
import { EPOCH_SCHEMA, insertEpoch } from './epoch.ts'
import { sqlString } from './quote.ts'
import { writableStatements } from './read-only.ts'
import { type BatchSession, SqlError, type SqlSession, text } from './sql-session.ts'

export type ApplyOutcome =
  /** Everything that was received has been applied. */
  | { readonly state: 'applied' }
  /** Still at work: opening now would let old changes overwrite new ones. */
  | { readonly state: 'applying'; readonly detail: string }
  /** The applier stopped with an error; what is left in the relay log won't come by itself. */
  | { readonly state: 'broken'; readonly detail: string }

/**
 * Before the receiver is stopped: on MariaDB a replica whose two threads are both stopped throws away its relay log
 * (200 of 200 transactions, measured), so the applier must run. Where both are stopped already, see relay-log.ts.
 * @throws SqlError when the connection goes
 */
export async function keepApplying(session: SqlSession, dialect: Dialect, channel: ChannelStatus): Promise<void> {
  if (!channel.sqlRunning && channel.io !== 'stopped') await session.query(dialect.statement.startSql)
}

/**
 * Waits until what was received is applied.
 * @param gtids as the channel's status gives it; '': nothing
 * @param deadlineMs how long the applier may take
 * @throws SqlError when the connection goes
 */
export async function applyGtids(
  session: SqlSession,
  dialect: Dialect,
  gtids: string,
  deadlineMs: number,
): Promise<ApplyOutcome> {
  if (gtids === '' || (await waitFor(session, dialect, gtids, deadlineMs))) return { state: 'applied' }
  const error = (await channelOf(session, dialect))?.sqlError
  if (error) {
    return { state: 'broken', detail: `the applier stopped with error ${error.code}: ${error.message}` }
  }
  return { state: 'applying', detail: `what was received (up to ${gtids}) is not applied after ${deadlineMs} ms` }
}

/** @returns whether the server has applied `gtids` within the time; polls nothing, the server answers when it is done. */
export async function waitFor(session: SqlSession, dialect: Dialect, gtids: string, ms: number): Promise<boolean> {
  const seconds = (ms / 1000).toFixed(3)
  const expression = `${dialect.family.waitFunction}(${sqlString(gtids)}, ${seconds})`
  const rows = await session.query(`SELECT ${expression} AS outcome`, ms + 1000)
  return text(rows[0], 'outcome') === '0'
}

/** Opens the server and writes the new epoch as its first transaction: clients wait for it, so it is one batch. @throws SqlError */
export async function openForWrites(
  session: BatchSession,
  dialect: Dialect,
  epoch: { readonly forced: boolean; readonly reason: string; readonly leap?: number },
): Promise<void> {
  try {
    await session.batch([...writableStatements(dialect), insertEpoch(dialect, epoch)])
  } catch (error) {
    if (!(error instanceof SqlError) || !NO_SUCH_TABLE.has(error.errno)) throw error
    for (const statement of EPOCH_SCHEMA) await session.query(statement)
    await session.query(insertEpoch(dialect, epoch))
  }
}

/** ER_BAD_DB_ERROR, ER_NO_SUCH_TABLE */
const NO_SUCH_TABLE = new Set([1049, 1146])
