import type { Secret } from '../inventory/secret.ts'
import type { Dialect } from './dialect.ts'
import { EPOCH_SCHEMA } from './epoch.ts'
import { sqlAccount } from './quote.ts'
import { type SqlText, sql } from './sql-text.ts'

/** The daemon's own account on its server. */
export const ROLE_USER = 'mmha_role'

/**
 * The replication account, which only the peer may use. The peer's daemon also reads this server's GTID set and state
 * with it, hence more than REPLICATION SLAVE; it can read nothing of the user's data.
 * @param peer the address that the peer connects from
 */
export function replicationAccount(
  dialect: Dialect,
  options: { user: string; peer: string; password: Secret },
): readonly SqlText[] {
  const account = sqlAccount(options.user, options.peer)
  return [
    ...createOrAlter(account, options.password),
    sql`GRANT ${replicationPrivileges(dialect).join(', ')} ON *.* TO ${account}`,
    sql`GRANT SELECT ON mmha.* TO ${account}`,
  ]
}

/** The daemon's account: over the socket only, and only what a role change needs. */
export function roleAccount(dialect: Dialect, options: { password: Secret }): readonly SqlText[] {
  const account = sqlAccount(ROLE_USER, 'localhost')
  const grants = [`GRANT ${rolePrivileges(dialect).join(', ')} ON *.* TO ${account}`]
  grants.push(`GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON mmha.* TO ${account}`)
  if (dialect.can('channelTables')) grants.push(`GRANT SELECT ON performance_schema.* TO ${account}`)
  return [...createOrAlter(account, options.password), ...grants.map((grant) => sql`${grant}`)]
}

/**
 * What both hosts need before the pair is joined: mmha's schema and both accounts, without a trace in the binlog, so
 * that neither server has a transaction that the other lacks. Run as root, writable (`writableStatements`), on each host.
 */
export function bootstrapStatements(
  dialect: Dialect,
  options: {
    replication: { user: string; peer: string; password: Secret }
    role: { password: Secret }
  },
): readonly SqlText[] {
  return [
    sql`SET SESSION sql_log_bin=0`,
    ...EPOCH_SCHEMA.map((statement) => sql`${statement}`),
    ...replicationAccount(dialect, options.replication),
    ...roleAccount(dialect, options.role),
  ]
}

/** No plugin named: each server's default takes the clear text (MySQL ≥ 8.0 caching_sha2_password, MariaDB native). */
function createOrAlter(account: string, password: Secret): readonly SqlText[] {
  return [
    sql`CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${password}`,
    sql`ALTER USER ${account} IDENTIFIED BY ${password}`,
  ]
}

export function replicationPrivileges(dialect: Dialect): readonly string[] {
  return [
    'REPLICATION SLAVE',
    dialect.can('binlogMonitor') ? 'BINLOG MONITOR' : 'REPLICATION CLIENT',
    ...(dialect.can('slaveMonitor') ? ['SLAVE MONITOR'] : []),
  ]
}

/** Turn on events that came from the other server, without becoming their definer. */
const EVENTS = (setDefiner: string): readonly string[] => ['EVENT', setDefiner]

export function rolePrivileges(dialect: Dialect): readonly string[] {
  if (!dialect.can('dynamicPrivileges')) return ['SUPER', 'PROCESS', 'REPLICATION CLIENT', 'REPLICATION SLAVE', 'EVENT']
  if (!dialect.can('binlogMonitor')) {
    return [
      'PROCESS', // sessions to end
      'REPLICATION CLIENT', // status of the channel
      'REPLICATION_SLAVE_ADMIN', // start and stop it
      'SYSTEM_VARIABLES_ADMIN', // read_only, semi-sync, event_scheduler
      'CONNECTION_ADMIN', // end sessions; get in when max_connections is reached
      'REPLICATION SLAVE', // read the binlog to save a tail
      // Looking up the dynamic ones takes a lock that a GRANT holds while it waits for the standby; this is looked up without it.
      'SUPER',
      ...EVENTS(dialect.can('anyDefiner') ? 'SET_ANY_DEFINER' : 'SET_USER_ID'),
      ...(dialect.can('systemUser') ? ['SYSTEM_USER'] : []), // where their definer is an administrator
    ]
  }
  return [
    'PROCESS',
    'BINLOG MONITOR',
    'REPLICATION SLAVE',
    'REPLICATION SLAVE ADMIN',
    'REPLICATION MASTER ADMIN', // semi-sync
    'READ_ONLY ADMIN', // set read_only
    'BINLOG ADMIN', // the write probe stays out of the binlog
    'CONNECTION ADMIN',
    'SUPER', // event_scheduler; since 10.11 it brings nothing of the others
    ...EVENTS('SET USER'),
    ...(dialect.can('slaveMonitor') ? ['SLAVE MONITOR'] : []),
  ]
}
