import { RETRY_COUNT } from './channel.ts'
import type { Dialect } from './dialect.ts'

/** One line of our option file, [mysqld] section. */
export interface Setting {
  /** With underscores, as SHOW VARIABLES has it. */
  readonly name: string
  readonly value: string
  /** Can the running server take it with SET GLOBAL? online: in stages that both servers of a pair take together. */
  readonly apply: 'dynamic' | 'restart' | 'online'
  /**
   * role: the daemon changes the running value with the role, so a running value that differs from the file is no drift.
   * option: a start option without a variable, so there is no running value to compare.
   */
  readonly running: 'fixed' | 'role' | 'option'
  /** A phrase for the plan. */
  readonly reason: string
}

export interface SettingsInput {
  /** 0 for the first master, 1 for the second. */
  readonly index: 0 | 1
  /** This host's replication address, IPv4 (server_id comes from it) or IPv6. */
  readonly address: string
  readonly port: number
  readonly mode: 'gtid' | 'position'
  /** ms without an acknowledgement until the holder goes on without the standby. */
  readonly semiSyncTimeout: number
}

const BINLOG_DAYS_SECONDS = 7 * 86_400

/** Every setting of the pair for one host, in the order in which the file shows them. Pure. */
export function pairSettings(dialect: Dialect, input: SettingsInput): readonly Setting[] {
  return [
    ...identity(dialect, input),
    ...binlog(dialect),
    ...gtid(dialect, input),
    ...durability(),
    ...replica(dialect),
    ...semiSync(dialect, input),
    ...role(dialect),
  ]
}

/**
 * server_id from the address: the same on every run, distinct in the pair, never 0 or the compiled default 1.
 * IPv4 is its own 32 bits; anything else is hashed (FNV-1a).
 */
export function serverIdOf(address: string): number {
  const octets = address.split('.').map(Number)
  const isIpv4 = octets.length === 4 && octets.every((o) => Number.isInteger(o) && o >= 0 && o <= 255)
  const id = isIpv4 ? octets.reduce((sum, octet) => sum * 256 + octet, 0) : fnv1a(address.toLowerCase())
  return id <= 1 ? id + 2 : id
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

function restart(name: string, value: string | number, reason: string): Setting {
  return { name, value: String(value), apply: 'restart', running: 'fixed', reason }
}

function dynamic(name: string, value: string | number, reason: string): Setting {
  return { name, value: String(value), apply: 'dynamic', running: 'fixed', reason }
}

function byRole(name: string, value: string | number, reason: string): Setting {
  return { name, value: String(value), apply: 'dynamic', running: 'role', reason }
}

function option(name: string, value: string, reason: string): Setting {
  return { name, value, apply: 'restart', running: 'option', reason }
}

function identity(dialect: Dialect, input: SettingsInput): Setting[] {
  const all = dialect.can('persistVariables') ? '*' : '0.0.0.0'
  return [
    restart('bind_address', all, 'the peer and the VIP reach it'),
    restart('port', input.port, 'where clients and the peer connect'),
    dynamic('server_id', serverIdOf(input.address), 'distinct, derived from the address'),
    restart('report_host', input.address, 'the peer is seen by its address'),
    dynamic('auto_increment_increment', 2, 'two servers, no equal keys'),
    dynamic('auto_increment_offset', input.index + 1, 'this server’s half of the keys'),
  ]
}

function binlog(dialect: Dialect): Setting[] {
  const settings = [
    restart('log_bin', 'binlog', 'the peer replicates from it'),
    restart(dialect.variable.logReplicaUpdates, 'ON', 'what came from the peer is in the binlog too'),
  ]
  if (dialect.can('binlogFormat') && !dialect.can('binlogFormatDeprecated')) {
    settings.push(dynamic('binlog_format', 'ROW', 'the same rows on both'))
  }
  settings.push(
    dialect.can('binlogExpireSeconds')
      ? dynamic('binlog_expire_logs_seconds', BINLOG_DAYS_SECONDS, 'a week for a peer to come back')
      : dynamic('expire_logs_days', BINLOG_DAYS_SECONDS / 86_400, 'a week for a peer to come back'),
  )
  return settings
}

function gtid(dialect: Dialect, input: SettingsInput): Setting[] {
  if (dialect.can('gtidDomains')) {
    return [
      dynamic('gtid_domain_id', 0, 'one writer, one history: the same on both'),
      dynamic('gtid_strict_mode', 'ON', 'a diverged history stops with an error instead of swapping rows'),
    ]
  }
  if (!dialect.can('gtidMode')) return []
  const reason =
    input.mode === 'gtid' ? 'transactions are told apart by name' : 'histories can be compared after a crash'
  return [restart('gtid_mode', 'ON', reason), restart('enforce_gtid_consistency', 'ON', 'gtid_mode needs it')]
}

function durability(): Setting[] {
  return [
    dynamic('sync_binlog', 1, 'no transaction is lost from the binlog with the power'),
    dynamic('innodb_flush_log_at_trx_commit', 1, 'nor from InnoDB'),
  ]
}

function replica(dialect: Dialect): Setting[] {
  const settings = [
    restart('relay_log_recovery', 'ON', 'a crashed replica fetches again what it had not applied'),
    restart(dialect.variable.skipReplicaStart, 'ON', 'only the daemon starts a channel, after comparing histories'),
    dynamic('max_connect_errors', 1_000_000, 'a peer whose logins failed while this server hung is not locked out'),
    dynamic(dialect.variable.replicaNetTimeout, 6, 's until a silent source counts as gone (default 60)'),
  ]
  settings.push(
    dynamic(
      dialect.variable.replicaParallelWorkers,
      8,
      'the standby keeps up: what it has not applied delays failover',
    ),
  )
  if (dialect.can('writesetTracking')) {
    settings.push(
      dynamic('binlog_transaction_dependency_tracking', 'WRITESET', 'more of it can be applied in parallel'),
    )
  }
  if (!dialect.can('retryCountPerChannel')) {
    settings.push(option('master_retry_count', String(RETRY_COUNT), 'the channel never gives up'))
  }
  return settings
}

function semiSync(dialect: Dialect, input: SettingsInput): Setting[] {
  const names = dialect.semiSync
  return [
    ...names.plugins.map((plugin) => option('plugin_load_add', plugin, 'semi-synchronous replication')),
    byRole(names.sourceEnabled, 'OFF', 'the daemon turns it on where the address is, once the peer follows'),
    dynamic(names.replicaEnabled, 'ON', 'acknowledge what was received'),
    ...(dialect.can('semiSyncKillTimeout')
      ? [dynamic('rpl_semi_sync_slave_kill_conn_timeout', 1, 's that stopping may wait for a source that is gone')]
      : []),
    dynamic(names.waitPoint, 'AFTER_SYNC', 'nobody sees a commit that the peer does not have'),
    byRole(names.timeout, input.semiSyncTimeout, 'ms until writes go on without the peer'),
  ]
}

function role(dialect: Dialect): Setting[] {
  return [
    byRole('read_only', 'ON', 'only the daemon opens a server, where the address is'),
    ...(dialect.can('superReadOnly') ? [byRole('super_read_only', 'ON', 'also for administrators')] : []),
    byRole('event_scheduler', 'OFF', 'events run where the address is'),
  ]
}
