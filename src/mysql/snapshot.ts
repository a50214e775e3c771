import { type ChannelStatus, readChannel } from './channel.ts'
import { type Dialect, dialectOf, TELLING_COUNTERS, TELLING_VARIABLES } from './dialect.ts'
import { type Epoch, LATEST_EPOCH, originExpression } from './epoch.ts'
import { type GtidSet, parseGtidSet, union } from './gtid-set.ts'
import type { History } from './rejoin.ts'
import {
  readSemiSync,
  SEMI_SYNC_QUERIES,
  type SemiSyncStatus,
  semiSyncVariables,
  UNKNOWN_VARIABLE,
} from './semi-sync.ts'
import { type BatchSession, isOn, type Row, SqlError, type SqlSession, text } from './sql-session.ts'

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

const WHO = 'SELECT VERSION() AS version, @@global.version_comment AS comment'

const among = (names: readonly string[]) => `Variable_name IN ('${names.join("', '")}')`
/** What a server shows of itself, as names in the first column. Neither waits for a channel or a peer, as trying a form may. */
export const WHICH_VARIABLES = `SHOW GLOBAL VARIABLES WHERE ${among(TELLING_VARIABLES)}`
export const WHICH_COUNTERS = `SHOW GLOBAL STATUS WHERE ${among(TELLING_COUNTERS)}`

/** Which server is behind a session, by its version and by what it shows; one round trip. @throws SqlError, RangeError (no version) */
export async function identify(session: Pick<BatchSession, 'batch'>): Promise<Dialect> {
  const [who = [], ...shown] = await session.batch([WHO, WHICH_VARIABLES, WHICH_COUNTERS])
  return named(
    who[0],
    shown.flat().map((row) => text(row, 'Variable_name')),
  )
}

/** By its version alone: one statement that waits for nobody. @throws SqlError, RangeError (no version) */
export async function identifyAtOnce(session: SqlSession): Promise<Dialect> {
  const [row] = await session.query(WHO)
  return named(row, null)
}

function named(row: Row | undefined, shown: readonly string[] | null): Dialect {
  return dialectOf(text(row, 'version'), text(row, 'comment'), shown)
}

/** Of answers that a session gives again because the server did (questions.ts): what was read in them is still so. */
const READ = new WeakMap<Replies, ReadonlyMap<WhenSemiSync, ServerSnapshot>>()

type Replies = readonly (readonly Row[])[]

/**
 * Whether semi-sync is asked. `when open`: not of a closed server, where it matters to nobody; those two statements cost
 * most. `likely open`: the same, in one round trip for one that is.
 */
export type WhenSemiSync = 'always' | 'when open' | 'likely open'

/**
 * Reads everything that decides about roles: up to five short statements, none of which waits for anybody, in one round
 * trip where the session can.
 * Table-less where read_only is read: with a table, MariaDB 10.11 answers 0 while it is 1 (measured).
 * @throws SqlError, GtidSyntaxError
 */
export async function readSnapshot(
  session: BatchSession,
  dialect: Dialect,
  semiSync: WhenSemiSync = 'always',
): Promise<ServerSnapshot> {
  const aboutSemiSync = [SEMI_SYNC_QUERIES.status, semiSyncVariables(dialect)]
  const together = semiSync === 'when open' ? [] : aboutSemiSync
  const replies = await ask(session, dialect, [dialect.statement.showReplicaStatus, ...together])
  const read = READ.get(replies)?.get(semiSync)
  if (read !== undefined) return read
  const [, , replicaStatus = [], ...sync] = replies
  const standing = standingIn(dialect, replies)
  if (semiSync === 'when open' && !standing.closed) sync.push(...(await batch(session, dialect, aboutSemiSync)))
  const asked = semiSync === 'always' || !standing.closed
  const channel = readChannel(dialect, replicaStatus[0])
  const { executed } = standing.history
  const snapshot = {
    ...standing,
    received: channel === null ? executed : union(executed, parseGtidSet(dialect.flavour, channel.receivedGtids)),
    channel,
    semiSync: asked ? readSemiSync(dialect, sync[0] ?? [], sync[1] ?? []) : null,
  }
  // What came on its own is not part of these replies.
  if (semiSync !== 'when open') READ.set(replies, new Map([...(READ.get(replies) ?? []), [semiSync, snapshot]]))
  return snapshot
}

/** Two of the five statements, and the quick ones: SHOW GLOBAL STATUS alone takes longer. @throws SqlError, GtidSyntaxError */
export async function readStanding(session: BatchSession, dialect: Dialect): Promise<ServerStanding> {
  return standingIn(dialect, await ask(session, dialect, []))
}

/** @param more statements to run behind those two of the standing. @returns the rows of each, in order */
async function ask(session: BatchSession, dialect: Dialect, more: readonly string[]): Promise<Replies> {
  const closedBy = dialect.can('superReadOnly') ? 'super_read_only' : 'read_only'
  const own = `SELECT ${originExpression(dialect)} AS origin, @@global.${closedBy} AS closed, ${dialect.family.executedColumns}`
  return batch(session, dialect, [own, LATEST_EPOCH, ...more]).catch(async (error) => {
    // No table, no schema, or no right to read either: as if there had been no promotion.
    if (!(error instanceof SqlError) || error.lost) throw error
    const [first = [], ...others] = await batch(session, dialect, [own, ...more])
    return [first, [], ...others]
  })
}

/** As the session's own; a server that does not know semi-sync's variables is asked to show those that it has. */
function batch(session: BatchSession, dialect: Dialect, statements: readonly string[]): Promise<Replies> {
  return session.batch(statements).catch((error) => {
    if (!(error instanceof SqlError) || error.errno !== UNKNOWN_VARIABLE) throw error
    const selected = semiSyncVariables(dialect)
    return session.batch(statements.map((one) => (one === selected ? SEMI_SYNC_QUERIES.variables : one)))
  })
}

function standingIn(dialect: Dialect, replies: Replies): ServerStanding {
  const self = replies[0]?.[0]
  return {
    history: {
      origin: text(self, 'origin'),
      executed: gtids(dialect, text(self, 'executed'), text(self, 'replicated')),
    },
    closed: isOn(text(self, 'closed')),
    epoch: epochOf(replies[1]?.[0]),
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

function epochOf(row: Row | undefined): Epoch | null {
  return row === undefined
    ? null
    : { epoch: Number(text(row, 'epoch')), holder: text(row, 'holder'), forced: text(row, 'forced') === '1' }
}
