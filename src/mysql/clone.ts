import type { Secret } from '../inventory/secret.ts'
import type { Dialect } from './dialect.ts'
import { sqlAccount, sqlString } from './quote.ts'
import { type SqlText, sql } from './sql-text.ts'

/** On the source, while a clone is made of it, for the target's address alone. */
export const CLONE_USER = 'mmha_clone'

/** Who clones from where. */
export interface CloneLogin {
  /** Address that the target connects from. */
  readonly from: string
  readonly host: string
  readonly port: number
  readonly password: Secret
  /** Only over TLS. */
  readonly tls: boolean
}

/** One row: ACTIVE, where the server has the plugin. */
export const CLONE_PLUGIN = "SELECT PLUGIN_STATUS FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'clone'"

export const INSTALL_CLONE = "INSTALL PLUGIN clone SONAME 'mysql_clone.so'"

/** On the source: it may read the whole server as a backup does, and nothing else. */
export function cloneAccount({ from, password, tls }: CloneLogin): readonly SqlText[] {
  const account = sqlAccount(CLONE_USER, from)
  return [
    ...dropCloneAccount(from).map((one) => sql`${one}`),
    sql`CREATE USER ${account} IDENTIFIED BY ${password}${tls ? ' REQUIRE SSL' : ''}`,
    sql`GRANT BACKUP_ADMIN ON *.* TO ${account}`,
  ]
}

export function dropCloneAccount(from: string): readonly string[] {
  return [`DROP USER IF EXISTS ${sqlAccount(CLONE_USER, from)}`]
}

const MIB = 1024 * 1024

/**
 * On the target: replaces all that it holds. The server restarts in the end, which forgets the limits set here.
 * @param throttle bytes a second; the server counts whole MiB, 1 at least
 */
export function cloneInstance(login: CloneLogin, throttle: number | null): readonly SqlText[] {
  const { host, port, password, tls } = login
  const limit = throttle === null ? 0 : Math.max(1, Math.floor(throttle / MIB))
  return [
    sql`SET GLOBAL clone_valid_donor_list=${sqlString(`${host}:${port}`)}`,
    sql`SET GLOBAL clone_max_data_bandwidth=${limit}`,
    sql`CLONE INSTANCE FROM ${sqlString(CLONE_USER)}@${sqlString(host)}:${port} IDENTIFIED BY ${password} REQUIRE ${tls ? '' : 'NO '}SSL`,
  ]
}

/** A row for each session of ours on the source: of a target that vanished it knows for minutes, and allows one clone. */
export const CLONE_SESSIONS = `SELECT PROCESSLIST_ID FROM performance_schema.threads WHERE PROCESSLIST_USER='${CLONE_USER}'`

/** One row: bytes that came, bytes that are to come in all. */
export const CLONE_PROGRESS = 'SELECT SUM(DATA), SUM(ESTIMATE) FROM performance_schema.clone_progress'

/**
 * One row: state (`Completed`), error, the GTIDs of the moment that the clone is of. Of a server that died meanwhile
 * clone_status says `In Progress` for good, its stage says `Failed`.
 */
export const CLONE_STATUS = `SELECT IF(STATE='In Progress' AND EXISTS(SELECT 1 FROM performance_schema.clone_progress WHERE STATE='Failed'), 'Died', STATE),
  ERROR_MESSAGE, REPLACE(GTID_EXECUTED, CHAR(10), '') FROM performance_schema.clone_status`

/** null: one may be cloned onto the other; else why not. */
export function whyNoClone(source: Dialect, target: Dialect): string | null {
  if (!source.can('clone')) return `${source.family.name} ${source.version.join('.')} has no CLONE`
  const [a, b] = [source.version, target.version]
  const sameSeries = a[0] === b[0] && a[1] === b[1]
  if (sameSeries && (a[2] === b[2] || (source.can('clonesAcrossPatches') && target.can('clonesAcrossPatches'))))
    return null
  return `CLONE is for two servers of one version: ${a.join('.')} and ${b.join('.')}`
}
