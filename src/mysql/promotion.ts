import { type ChannelStatus, channelOf } from './channel.ts'
import type { Dialect } from './dialect.ts'
import { EPOCH_SCHEMA, insertEpoch } from './epoch.ts'
import { sqlString } from './quote.ts'
import { writableStatements } from './read-only.ts'
import { SqlError, type SqlSession, text } from './sql-session.ts'

export type ApplyOutcome =
  /** Everything that was received has been applied. */
  | { readonly state: 'applied' }
  /** Still at work: opening now would let old changes overwrite new ones. */
  | { readonly state: 'applying'; readonly detail: string }
  /** The applier stopped with an error; what is left in the relay log won't come by itself. */
  | { readonly state: 'broken'; readonly detail: string }

/**
 * Stops fetching and applies what was received. The order matters: on MariaDB a replica whose two threads are both
 * stopped throws away its relay log (200 of 200 transactions, measured), so the applier is started first.
 * @param before the channel as it is; null: none
 * @param deadlineMs how long the applier may take
 * @param stopIo stops the receiver; resolves when nothing more can come in
 * @throws SqlError when the connection goes
 */
export async function applyReceived(
  session: SqlSession,
  dialect: Dialect,
  before: ChannelStatus | null,
  deadlineMs: number,
  stopIo: () => Promise<void>,
): Promise<ApplyOutcome> {
  const status = () => channelOf(session, dialect)
  if (before === null) return { state: 'applied' }
  // Both stopped: see relay-log.ts; starting would throw away what it could not read.
  if (!before.sqlRunning && before.io !== 'stopped') await session.query(dialect.statement.startSql)
  if (before.io !== 'stopped') await stopIo()
  const after = await status()
  if (after === null || after.receivedGtids === '') return { state: 'applied' }
  if (await waitFor(session, dialect, after.receivedGtids, deadlineMs)) return { state: 'applied' }
  const last = await status()
  const error = last?.sqlError
  if (error) {
    return { state: 'broken', detail: `the applier stopped with error ${error.code}: ${error.message}` }
  }
  return {
    state: 'applying',
    detail: `what was received (up to ${after.receivedGtids}) is not applied after ${deadlineMs} ms`,
  }
}

/** @returns whether the server has applied `gtids` within the time; polls nothing, the server answers when it is done. */
export async function waitFor(session: SqlSession, dialect: Dialect, gtids: string, ms: number): Promise<boolean> {
  const seconds = (ms / 1000).toFixed(3)
  const expression = `${dialect.family.waitFunction}(${sqlString(gtids)}, ${seconds})`
  const rows = await session.query(`SELECT ${expression} AS outcome`, ms + 1000)
  return text(rows[0], 'outcome') === '0'
}

/** Opens the server and writes the new epoch as its first transaction. @throws SqlError */
export async function openForWrites(
  session: SqlSession,
  dialect: Dialect,
  epoch: { readonly forced: boolean; readonly reason: string },
): Promise<void> {
  for (const statement of writableStatements(dialect)) await session.query(statement)
  try {
    await session.query(insertEpoch(dialect, epoch))
  } catch (error) {
    if (!(error instanceof SqlError) || !NO_SUCH_TABLE.has(error.errno)) throw error
    for (const statement of EPOCH_SCHEMA) await session.query(statement)
    await session.query(insertEpoch(dialect, epoch))
  }
}

/** ER_BAD_DB_ERROR, ER_NO_SUCH_TABLE */
const NO_SUCH_TABLE = new Set([1049, 1146])

/** The scheduler follows the role; a server where it is DISABLED stays so. @throws SqlError when the connection goes */
export async function setEventScheduler(session: SqlSession, on: boolean): Promise<void> {
  const value = text((await session.query('SELECT @@global.event_scheduler AS value'))[0], 'value')
  if (value === 'DISABLED' || value === (on ? 'ON' : 'OFF')) return
  await session.query(`SET GLOBAL event_scheduler=${on ? 'ON' : 'OFF'}`)
}
