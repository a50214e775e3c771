import { createHash } from 'node:crypto'
import { sqlAccount, sqlIdentifier, sqlString } from './quote.ts'
import { isOn, type Row, SqlError, type SqlSession, text } from './sql-session.ts'

/**
 * Events and the role. The scheduler is on where the address is. Beside that each event has a state: one that came by
 * replication is SLAVESIDE_DISABLED (MySQL 9: REPLICA_SIDE_DISABLED), whether it is ENABLED or DISABLED on the holder, and
 * a promotion does not change that. So the holder's daemon says which are on there, and the promoted one turns those on.
 */
export interface EventStates {
  /** The latest change of an event that is known here; Unix time, s. One that was changed later is not known. */
  readonly asOf: number
  /** What `marks` lists: those that are on, or those that are off; the fewer of the two. */
  readonly list: 'on' | 'off'
  /** 8 hex digits for each. */
  readonly marks: string
}

/** Longer, it would not fit into a line between the daemons. */
export const MARKS_CHARS = 560

const STATES = `SELECT EVENT_SCHEMA, EVENT_NAME, STATUS = 'ENABLED' AS is_on, UNIX_TIMESTAMP(LAST_ALTERED) AS altered
  FROM information_schema.EVENTS`

const FROM_ELSEWHERE = `SELECT EVENT_SCHEMA, EVENT_NAME, DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION,
  UNIX_TIMESTAMP(LAST_ALTERED) AS altered,
  EVENT_TYPE = 'ONE TIME' AND ON_COMPLETION = 'PRESERVE'
    AND COALESCE(CONVERT_TZ(EXECUTE_AT, TIME_ZONE, '+00:00') <= UTC_TIMESTAMP(), 1) AS past
  FROM information_schema.EVENTS
  WHERE STATUS IN ('SLAVESIDE_DISABLED', 'REPLICA_SIDE_DISABLED') AND ORIGINATOR <> @@global.server_id
  ORDER BY EVENT_SCHEMA, EVENT_NAME`

function markOf(row: Row): string {
  const name = `${text(row, 'EVENT_SCHEMA')}\0${text(row, 'EVENT_NAME')}`
  return createHash('sha256').update(name).digest('hex').slice(0, 8)
}

/** On the holder. @returns null: there are too many to tell. @throws SqlError */
export async function readEvents(session: SqlSession): Promise<EventStates | null> {
  const rows = await session.query(STATES)
  const marks = { on: '', off: '' }
  for (const row of rows) marks[isOn(text(row, 'is_on')) ? 'on' : 'off'] += markOf(row)
  const list = marks.on.length < marks.off.length ? 'on' : 'off'
  const asOf = rows.reduce((latest, row) => Math.max(latest, Number(text(row, 'altered'))), 0)
  return marks[list].length > MARKS_CHARS ? null : { asOf, list, marks: marks[list] }
}

/** The scheduler follows the role; a server where it is DISABLED stays so. @throws SqlError when the connection goes */
export async function setEventScheduler(session: SqlSession, on: boolean): Promise<void> {
  const value = text((await session.query('SELECT @@global.event_scheduler AS value'))[0], 'value')
  if (value === 'DISABLED' || value === (on ? 'ON' : 'OFF')) return
  await session.query(`SET GLOBAL event_scheduler=${on ? 'ON' : 'OFF'}`)
}

export interface EventsTurnedOn {
  readonly enabled: number
  /** Left as they are: which, and why. */
  readonly left: readonly string[]
}

/**
 * Turns on what ran on the other server. The statement is replicated, so that it becomes off there.
 * @param states what is known of the other server; null: nothing, and nothing is turned on
 * @param wanted asked before each: a promotion that is taken back ends this
 * @throws SqlError when the connection goes
 */
export async function enableEvents(
  session: SqlSession,
  states: EventStates | null,
  wanted: () => boolean,
): Promise<EventsTurnedOn> {
  const rows = await session.query(FROM_ELSEWHERE)
  const left: string[] = []
  let enabled = 0
  if (rows.length === 0) return { enabled, left }
  // Somebody's lock on one of them must not hold up a demotion.
  await session.query('SET SESSION lock_wait_timeout=1')
  try {
    for (const row of rows) {
      if (!wanted()) break
      const was = stateOf(row, states)
      if (was === 'off') continue
      const why = was ?? objection(row) ?? (await enable(session, row))
      if (why === null) enabled += 1
      else left.push(`${text(row, 'EVENT_SCHEMA')}.${text(row, 'EVENT_NAME')}: ${why}`)
    }
  } finally {
    await session.query('SET NAMES utf8mb4')
  }
  return { enabled, left }
}

/** @returns null: it was on; `off`; or why that is not known */
function stateOf(row: Row, states: EventStates | null): string | null {
  if (states === null || Number(text(row, 'altered')) > states.asOf) {
    return 'whether it was on there has not been heard from that server’s daemon'
  }
  const { list, marks } = states
  const listed = Array.from(marks.match(/.{8}/g) ?? []).includes(markOf(row))
  return listed === (list === 'on') ? null : 'off'
}

/** The statement takes character set and collation over from its session into the event, whose body is kept as bytes. */
function objection(row: Row): string | null {
  // Whether it has run by now is known on the other server only. One that is not preserved would be gone.
  if (isOn(text(row, 'past'))) return 'its one time has come while it was the other server’s'
  const names = ['EVENT_SCHEMA', 'EVENT_NAME', 'DEFINER'].map((column) => text(row, column)).join('')
  const charset = text(row, 'CHARACTER_SET_CLIENT')
  if (/^utf8/.test(charset) || /^[\x20-\x7e]*$/.test(names)) return null
  return `its name can’t be written in its character set, ${charset}`
}

/** @returns why not. @throws SqlError when the connection goes */
async function enable(session: SqlSession, row: Row): Promise<string | null> {
  const event = `${sqlIdentifier(text(row, 'EVENT_SCHEMA'))}.${sqlIdentifier(text(row, 'EVENT_NAME'))}`
  const definer = text(row, 'DEFINER')
  const at = definer.lastIndexOf('@')
  const account = sqlAccount(definer.slice(0, at), definer.slice(at + 1))
  const charset = sqlString(text(row, 'CHARACTER_SET_CLIENT'))
  const collation = sqlString(text(row, 'COLLATION_CONNECTION'))
  try {
    await session.query(`SET character_set_client=${charset}, collation_connection=${collation}`)
    // Without its definer named, we would become that, and it would run with our rights.
    await session.query(`ALTER DEFINER=${account} EVENT ${event} ENABLE`)
    return null
  } catch (error) {
    if (!(error instanceof SqlError) || error.lost) throw error
    return error.message
  }
}
