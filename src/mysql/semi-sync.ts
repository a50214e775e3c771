import type { Dialect } from './dialect.ts'
import { isOn, type Row, text } from './sql-session.ts'

/**
 * How the pair uses semi-synchronous replication.
 *
 * The server's own fall-back (a time-out after which commits are acknowledged without the peer) leaves no durable trace,
 * so that after a crash nobody can say whether the tail of a binlog was acknowledged. Hence the daemon does it:
 *   - the source side is OFF on the standby (else its applier would wait for the holder's acknowledgements),
 *   - on the holder it is turned ON, with an endless time-out, once the standby's replica is connected and has everything,
 *   - it is turned OFF by the daemon only, after that was written to disk (`SemiSyncMarker`).
 * While the marker says `enforced`, no client had an OK for a transaction that the peer did not have.
 */
export const ENDLESS_MS = 4_294_967_295

export interface SemiSyncStatus {
  readonly enabled: boolean
  /** Commits wait for the peer now. */
  readonly active: boolean
  readonly clients: number
  readonly waitSessions: number
  /** Transactions acknowledged by the peer since the server started. */
  readonly acknowledged: number
  readonly timeoutMs: number
  readonly afterSync: boolean
  readonly replicaEnabled: boolean
}

export const SEMI_SYNC_QUERIES = {
  status: "SHOW GLOBAL STATUS LIKE 'Rpl\\_semi\\_sync\\_%'",
  variables: "SHOW GLOBAL VARIABLES LIKE 'rpl\\_semi\\_sync\\_%'",
} as const

/**
 * The variables in one row, for a server that has them; one that has not says ER_UNKNOWN_SYSTEM_VARIABLE. SHOW GLOBAL VARIABLES
 * puts all of some 700 together first: 1.7 ms of MySQL 9.7's time, and this takes 0.1.
 */
export function semiSyncVariables({ semiSync }: Dialect): string {
  const { sourceEnabled, timeout, waitPoint, replicaEnabled } = semiSync
  const columns = [sourceEnabled, timeout, waitPoint, replicaEnabled].map((name) => `@@global.${name} AS ${name}`)
  return `SELECT ${columns.join(', ')}`
}

/** ER_UNKNOWN_SYSTEM_VARIABLE */
export const UNKNOWN_VARIABLE = 1193

/** Reads the rows of the status and of the variables, shown or selected; null where semi-sync is not there at all. */
export function readSemiSync(
  dialect: Dialect,
  status: readonly Row[],
  variables: readonly Row[],
): SemiSyncStatus | null {
  const value = new Map([...status, ...variables].flatMap(named))
  const get = (name: string): string => value.get(name.toLowerCase()) ?? ''
  const names = dialect.semiSync
  if (get(names.sourceEnabled) === '') return null
  return {
    enabled: isOn(get(names.sourceEnabled)),
    active: isOn(get(names.sourceStatus)),
    clients: Number(get(names.sourceClients)),
    waitSessions: Number(get(names.waitSessions)),
    acknowledged: Number(get(names.acknowledged)),
    timeoutMs: Number(get(names.timeout)),
    afterSync: get(names.waitPoint) === 'AFTER_SYNC',
    replicaEnabled: isOn(get(names.replicaEnabled)),
  }
}

/** A row of SHOW is one name and its value; the columns of a selected one are names. */
function named(row: Row): readonly (readonly [string, string])[] {
  const shown = text(row, 'Variable_name')
  if (shown !== '') return [[shown.toLowerCase(), text(row, 'Value')]]
  return Object.keys(row).map((name) => [name.toLowerCase(), text(row, name)])
}

/** From now on commits wait for the peer, for ever. */
export function enforceStatements(dialect: Dialect): readonly string[] {
  return [
    `SET GLOBAL ${dialect.semiSync.timeout}=${ENDLESS_MS}`,
    `SET GLOBAL ${dialect.semiSync.waitPoint}=AFTER_SYNC`,
    `SET GLOBAL ${dialect.semiSync.sourceEnabled}=ON`,
  ]
}

/**
 * Commits from now on wait next to nothing. At once, where turning the source side off takes MySQL 1 s (it joins a thread
 * that looks up once a second, measured). Write the marker first.
 */
export function hastenStatement(dialect: Dialect): string {
  return `SET GLOBAL ${dialect.semiSync.timeout}=1`
}

/** Lets waiting commits go and stops waiting. Write the marker first. */
export function releaseStatements(dialect: Dialect): readonly string[] {
  return [`SET GLOBAL ${dialect.semiSync.sourceEnabled}=OFF`]
}
