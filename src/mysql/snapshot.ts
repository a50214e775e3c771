import { type ChannelStatus, readChannel } from './channel.ts'
import { type Dialect, dialectOf } from './dialect.ts'
import { type Epoch, LATEST_EPOCH, originExpression } from './epoch.ts'
import { type GtidSet, parseGtidSet, union } from './gtid-set.ts'
import type { History } from './rejoin.ts'
import { readSemiSync, SEMI_SYNC_QUERIES, type SemiSyncStatus } from './semi-sync.ts'
import { isOn, SqlError, type SqlSession, text } from './sql-session.ts'

/** What decides whether a server may be promoted. */
export interface ServerStanding {
  readonly history: History
  /** Closed for writes as far as the server can close itself (super_read_only, else read_only). */
  readonly closed: boolean
  readonly epoch: Epoch | null
}

/** What a server says of itself at one moment. */
export interface ServerSnapshot extends ServerStanding {
  /** Applied or waiting in the relay log: what this server will have when it is promoted. */
  readonly received: GtidSet
  /** Channel to the peer; null: none configured. */
  readonly channel: ChannelStatus | null
  /** null: not there, or not asked. */
  readonly semiSync: SemiSyncStatus | null
}

/** Which server is behind a session. @throws SqlError, RangeError (no version) */
export async function identify(session: SqlSession): Promise<Dialect> {
  const [row] = await session.query('SELECT VERSION() AS version, @@global.version_comment AS comment')
  return dialectOf(text(row, 'version'), text(row, 'comment'))
}

/**
 * Reads everything that decides about roles: five short statements, none of which waits for anybody.
 * Table-less where read_only is read: with a table, MariaDB 10.11 answers 0 while it is 1 (measured).
 * @param semiSync `when open`: a closed server's is not asked, where it matters to nobody; those two statements cost most
 * @throws SqlError, GtidSyntaxError
 */
export async function readSnapshot(
  session: SqlSession,
  dialect: Dialect,
  semiSync: 'always' | 'when open' = 'always',
): Promise<ServerSnapshot> {
  const standing = await readStanding(session, dialect)
  const [row] = await session.query(dialect.statement.showReplicaStatus)
  const channel = readChannel(dialect, row)
  const { executed } = standing.history
  return {
    ...standing,
    received: channel === null ? executed : union(executed, parseGtidSet(dialect.flavour, channel.receivedGtids)),
    channel,
    semiSync: semiSync === 'when open' && standing.closed ? null : await askSemiSync(session, dialect),
  }
}

async function askSemiSync(session: SqlSession, dialect: Dialect): Promise<SemiSyncStatus | null> {
  const status = await session.query(SEMI_SYNC_QUERIES.status)
  return readSemiSync(dialect, status, await session.query(SEMI_SYNC_QUERIES.variables))
}

/** Two of the five statements, and the quick ones: SHOW GLOBAL STATUS alone takes longer. @throws SqlError, GtidSyntaxError */
export async function readStanding(session: SqlSession, dialect: Dialect): Promise<ServerStanding> {
  const closedBy = dialect.can('superReadOnly') ? 'super_read_only' : 'read_only'
  const [self] = await session.query(
    `SELECT ${originExpression(dialect)} AS origin, @@global.${closedBy} AS closed, ${dialect.family.executedColumns}`,
  )
  const executed = gtids(dialect, text(self, 'executed'), text(self, 'replicated'))
  return {
    history: { origin: text(self, 'origin'), executed },
    closed: isOn(text(self, 'closed')),
    epoch: await readEpoch(session),
  }
}

/** Only what has been applied; one statement. @throws SqlError, GtidSyntaxError */
export async function readExecuted(session: SqlSession, dialect: Dialect): Promise<GtidSet> {
  const [row] = await session.query(`SELECT ${dialect.family.executedColumns}`)
  return gtids(dialect, text(row, 'executed'), text(row, 'replicated'))
}

function gtids(dialect: Dialect, executed: string, replicated: string): GtidSet {
  return union(parseGtidSet(dialect.flavour, executed), parseGtidSet(dialect.flavour, replicated))
}

/** The last promotion in this server's history; null: none yet. @throws SqlError when the connection goes */
export async function readEpoch(session: SqlSession): Promise<Epoch | null> {
  try {
    const [row] = await session.query(LATEST_EPOCH)
    if (row === undefined) return null
    return { epoch: Number(text(row, 'epoch')), holder: text(row, 'holder'), forced: text(row, 'forced') === '1' }
  } catch (error) {
    // No table, no schema, or no right to read either: as if there had been no promotion.
    if (error instanceof SqlError && !error.lost) return null
    throw error
  }
}
