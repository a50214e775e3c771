import type { Secret } from '../inventory/secret.ts'
import type { Dialect } from './dialect.ts'
import { sqlString } from './quote.ts'
import { type Row, type SqlSession, text } from './sql-session.ts'
import { type SqlText, sql } from './sql-text.ts'

/** Everything that CHANGE REPLICATION SOURCE says of ours. Times in seconds. */
export interface ChannelSettings {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: Secret
  readonly connectRetry: number
  /** Source's heartbeat; with replica_net_timeout it bounds how long a dead link goes unseen. */
  readonly heartbeat: number
  /** gtid: auto-position. position: start at `file`:`position`. */
  readonly position: { readonly file: string; readonly position: number } | 'gtid'
  /** TLS, only where both sides have it; verified: where the source can prove its certificate without a CA. */
  readonly tls: boolean | 'verified'
}

/** Attempts before a replica gives up: MySQL ≥ 8.1 would stop after 10. A day of seconds, as 8.0 had it. */
export const RETRY_COUNT = 86_400

/** One statement; the channel must be stopped. Quotes everything, keeps the password a Secret. */
export function changeSource(dialect: Dialect, channel: ChannelSettings): SqlText {
  const p = dialect.option
  const options: (string | SqlText)[] = [
    `${p}_HOST=${sqlString(channel.host)}`,
    `${p}_PORT=${channel.port}`,
    `${p}_USER=${sqlString(channel.user)}`,
    sql`${p}_PASSWORD=${channel.password}`,
    `${p}_CONNECT_RETRY=${channel.connectRetry}`,
    `${p}_HEARTBEAT_PERIOD=${channel.heartbeat}`,
  ]
  if (dialect.can('retryCountPerChannel')) options.push(`${p}_RETRY_COUNT=${RETRY_COUNT}`)
  options.push(...positionOptions(dialect, channel.position), ...tlsOptions(dialect, channel.tls))
  const parts = options.flatMap((option, i) => [
    i === 0 ? ' ' : ', ',
    ...(typeof option === 'string' ? [option] : option.parts),
  ])
  return { parts: [dialect.statement.changeSource, ...parts] }
}

function positionOptions(dialect: Dialect, position: ChannelSettings['position']): string[] {
  const p = dialect.option
  const at =
    position === 'gtid' ? [] : [`${p}_LOG_FILE=${sqlString(position.file)}`, `${p}_LOG_POS=${position.position}`]
  return [...at, dialect.family.autoPosition(p, position === 'gtid')]
}

/** Makes a stopped channel find its place by GTID, whatever it went by before. What it has not applied is fetched again. */
export function placeByGtid(dialect: Dialect): string {
  return `${dialect.statement.changeSource} ${positionOptions(dialect, 'gtid').join(', ')}`
}

/** Makes a stopped channel read on from a place in its own relay log, and keep that log. */
export function placeInRelayLog(dialect: Dialect, at: { readonly file: string; readonly position: number }): string {
  const byPosition = dialect.family.autoPosition(dialect.option, false)
  const { changeSource: change } = dialect.statement
  return `${change} RELAY_LOG_FILE=${sqlString(at.file)}, RELAY_LOG_POS=${at.position}, ${byPosition}`
}

/** The source says that its log does not hold what was asked for (1236; MySQL ≥ 8.0: 13114). */
export function placeIsLost(channel: ChannelStatus): boolean {
  return channel.ioError !== null && [1236, 13114].includes(channel.ioError.code)
}

/** 2000 to 2999 are the client library's: the source was not there. */
export function isClients(code: number): boolean {
  return code >= 2000 && code < 3000
}

/**
 * Why the applier stopped, where a new try meets the same again: a row that is there already, or is not (1062, 1032), a
 * table, an account. null: it runs, or has stopped for something that passes.
 */
export function refusalOf(channel: ChannelStatus | null): string | null {
  const { sqlRunning, sqlError } = channel ?? { sqlRunning: false, sqlError: null }
  if (sqlRunning || sqlError === null || isClients(sqlError.code) || PASSING.has(sqlError.code)) return null
  return `error ${sqlError.code}: ${sqlError.message}`
}

/**
 * Disk full (1021, 1041, 1114), being stopped or killed (1053, 1317, 1927), locks (1205, 1213), too many connections or
 * statements (1040, 1203, 1461), relay log unreadable or not writable (1594, 1595), MySQL’s lost coordinator (1756), MariaDB’s place
 * that is behind its own log (1950: another one is taken).
 */
const PASSING = new Set([1021, 1040, 1041, 1053, 1114, 1203, 1205, 1213, 1317, 1461, 1594, 1595, 1756, 1927, 1950])

/** Everything that was received has been applied, as far as files and positions tell. */
export function appliedAll({ applied, received }: ChannelStatus): boolean {
  return applied.file === received.file && applied.position === received.position
}

function tlsOptions(dialect: Dialect, tls: ChannelSettings['tls']): string[] {
  const p = dialect.option
  if (tls === 'verified') return [`${p}_SSL=1`, `${p}_SSL_VERIFY_SERVER_CERT=1`]
  // Certificates of no CA that the peer knows: encrypt, don't verify. MariaDB ≥ 11.4 would verify by default and refuse the
  // peer with error 2026, also when TLS was not asked for.
  const verify = dialect.can('verifiesCertificateByDefault') ? [`${p}_SSL_VERIFY_SERVER_CERT=0`] : []
  if (tls) return [`${p}_SSL=1`, ...verify]
  return dialect.can('publicKeyRequest') ? [`GET_${p}_PUBLIC_KEY=1`] : verify
}

/** A replica's channel as its own server sees it. */
export interface ChannelStatus {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly io: 'running' | 'connecting' | 'stopped'
  readonly sqlRunning: boolean
  readonly autoPosition: boolean
  readonly connectRetry: number
  /** Where the applier is, in the source's own files: for position mode. */
  readonly applied: { readonly file: string; readonly position: number }
  readonly received: { readonly file: string; readonly position: number }
  /** Where the applier reads in this server's own files. */
  readonly relayLogFile: string
  /** MySQL: Retrieved_Gtid_Set; MariaDB: Gtid_IO_Pos. '' without GTIDs. */
  readonly receivedGtids: string
  readonly ioError: { readonly code: number; readonly message: string } | null
  readonly sqlError: { readonly code: number; readonly message: string } | null
  /** s; null while it can't be said. Never proof of anything (facts: "Seconds_Behind=0" with swapped rows). */
  readonly secondsBehind: number | null
}

/** null: no channel is configured. @throws SqlError */
export async function channelOf(session: SqlSession, dialect: Dialect): Promise<ChannelStatus | null> {
  return readChannel(dialect, (await session.query(dialect.statement.showReplicaStatus))[0])
}

/** Reads the row of SHOW REPLICA STATUS (the default channel). undefined: no channel is configured. */
export function readChannel(dialect: Dialect, row: Row | undefined): ChannelStatus | null {
  if (row === undefined) return null
  const c = dialect.column
  const io = text(row, c.ioRunning)
  const behind = text(row, c.secondsBehind)
  const problem = (kind: 'IO' | 'SQL') => {
    const code = Number(text(row, `Last_${kind}_Errno`))
    return code === 0 ? null : { code, message: text(row, `Last_${kind}_Error`) }
  }
  return {
    host: text(row, c.sourceHost),
    port: Number(text(row, c.sourcePort)),
    user: text(row, c.sourceUser),
    io: io === 'Yes' ? 'running' : io === 'No' ? 'stopped' : 'connecting',
    sqlRunning: text(row, c.sqlRunning) === 'Yes',
    autoPosition: !['', '0', 'No'].includes(text(row, c.autoPosition)),
    connectRetry: Number(text(row, c.connectRetry)),
    applied: { file: text(row, c.relaySourceLogFile), position: Number(text(row, c.execSourceLogPos)) },
    received: { file: text(row, c.sourceLogFile), position: Number(text(row, c.readSourceLogPos)) },
    relayLogFile: text(row, 'Relay_Log_File'),
    receivedGtids: text(row, c.received),
    ioError: problem('IO'),
    sqlError: problem('SQL'),
    secondsBehind: behind === '' ? null : Number(behind),
  }
}
