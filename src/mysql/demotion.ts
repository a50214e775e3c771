import { setTimeout as delay } from 'node:timers/promises'
import type { Dialect } from './dialect.ts'
import { readOnlyStatements } from './read-only.ts'
import { SqlError, type SqlSession, text } from './sql-session.ts'

/** Threads that belong to the server or to replication, and must live on. */
const SERVER_USERS = new Set(['system user', 'event_scheduler'])
const REPLICATION_COMMANDS = new Set(['Binlog Dump', 'Binlog Dump GTID', 'Daemon'])

/** Beyond the server's own wait. */
const ANSWER_MS = 2_000

export interface ClientSession {
  readonly id: string
  readonly user: string
  readonly host: string
  /** Its commit waits for the standby's acknowledgement. */
  readonly waits: boolean
}

/** MySQL: `… ACK from replica`, before 8.0.26 and MariaDB: `… ACK from slave`. */
const WAITS_FOR_STANDBY = /semi-?sync ACK/i

/** Sessions of clients: not the server's, not replication's, not one of the daemons' own (`ownUsers`). */
export async function clientSessions(
  session: SqlSession,
  ownUsers: readonly string[],
): Promise<readonly ClientSession[]> {
  const rows = await session.query('SELECT ID, USER, HOST, COMMAND, STATE FROM information_schema.PROCESSLIST')
  return rows
    .map((row) => ({
      id: text(row, 'ID'),
      user: text(row, 'USER'),
      host: text(row, 'HOST'),
      waits: WAITS_FOR_STANDBY.test(text(row, 'STATE')),
      command: text(row, 'COMMAND'),
    }))
    .filter(
      (one) => !SERVER_USERS.has(one.user) && !REPLICATION_COMMANDS.has(one.command) && !ownUsers.includes(one.user),
    )
}

/** Ends them; sessions that are gone already, or that are an administrator's and beyond our right, are passed over. */
export async function endSessions(session: SqlSession, sessions: readonly ClientSession[]): Promise<number> {
  let ended = 0
  for (const { id } of sessions) {
    try {
      await session.query(`KILL ${id}`)
      ended += 1
    } catch (error) {
      if (!(error instanceof SqlError) || error.lost) throw error
    }
  }
  return ended
}

/** ms unless said otherwise */
export interface CloseOptions {
  /** How long the server may wait for others' locks; unless said, 1,000. */
  readonly waitMs?: number
  /** Commits that are on their way get so long to be done, or to be seen waiting; unless said, none. */
  readonly settleMs?: number
  /** Nobody is in a hurry to be rid of the sessions that can't write any more: the caller ends them afterwards. */
  readonly sessionsLater?: boolean
}

/**
 * Closes the server for writes and ends the clients' sessions. SET GLOBAL read_only waits for running statements and
 * explicit table locks, so it goes out at once on `closer` while `killer` ends whoever is in its way; then whoever came
 * in between.
 * A commit that waits for the standby is not ended: MariaDB would make it durable here, although nobody was told OK for it
 * and the standby may lack it; the server stays open because of it, and the caller decides.
 * @returns number of sessions ended
 * @throws SqlError when a connection goes, or the server could not be closed (1205: still somebody's locks)
 */
export async function closeForWrites(
  closer: SqlSession,
  killer: SqlSession,
  dialect: Dialect,
  ownUsers: readonly string[],
  { waitMs = 1000, settleMs = 0, sessionsLater = false }: CloseOptions = {},
): Promise<number> {
  await closer.query(`SET SESSION lock_wait_timeout=${Math.max(1, Math.ceil(waitMs / 1000))}`)
  let closed = false
  const closing = (async () => {
    for (const statement of readOnlyStatements(dialect)) await closer.query(statement, waitMs + ANSWER_MS)
    closed = true
  })()
  // Awaited below; until then a rejection must not count as unhandled.
  closing.catch(() => undefined)
  if (settleMs > 0) await Promise.race([delay(settleMs), closing])
  // Where an administrator could still write, nobody's session is left for later.
  if (closed && sessionsLater && dialect.can('superReadOnly')) return 0
  const inTheWay = (await clientSessions(killer, ownUsers)).filter(({ waits }) => !waits)
  let ended = await endSessions(killer, inTheWay)
  await closing
  ended += await endSessions(killer, await clientSessions(killer, ownUsers))
  return ended
}
