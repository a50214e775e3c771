/**
 * What servers can do. Where its own variables (SHOWN_BY) or its counters of statements (COUNTED_BY) show a capability, the
 * server tells: a back-port, a fork or a version that dropped it is read as it is. Else, and before a server runs, its version:
 * every capability is "since", never a list, so that a server from tomorrow is read like the newest one known.
 */
export type Flavour = 'mysql' | 'mariadb'
export type Version = readonly [major: number, minor: number, patch: number]

/** First version with the capability; null: never. A list gives back-ports, one per release series, the last one open-ended. */
type Since = Version | readonly Version[] | null

/** First version without it any more. */
const REMOVED: Readonly<Partial<Record<string, Partial<Record<Flavour, Version>>>>> = {
  writesetTracking: { mysql: [8, 4, 0] },
}

const CAPABILITIES = {
  /** CHANGE REPLICATION SOURCE TO SOURCE_*; before: CHANGE MASTER TO MASTER_*. */
  sourceStatement: { mysql: [8, 0, 23], mariadb: null },
  /** START/STOP/RESET/SHOW REPLICA. Every MariaDB understands SLAVE, so nothing need be known of it. */
  replicaStatement: { mysql: [8, 0, 22], mariadb: null },
  replicaColumns: { mysql: [8, 0, 22], mariadb: null },
  /** Variables log_replica_updates, skip_replica_start, replica_net_timeout. */
  replicaVariables: { mysql: [8, 0, 26], mariadb: null },
  /** Plugins rpl_semi_sync_source/replica; before: master/slave. The two families must not be mixed. */
  semiSyncSourceWords: { mysql: [8, 0, 26], mariadb: null },
  /** SHOW BINARY LOG STATUS, RESET BINARY LOGS AND GTIDS. */
  binaryLogStatement: { mysql: [8, 2, 0], mariadb: null },
  superReadOnly: { mysql: [5, 7, 8], mariadb: null },
  /** Roles of SUPER split into dynamic privileges. */
  dynamicPrivileges: { mysql: [8, 0, 14], mariadb: [10, 5, 2] },
  /** SET_ANY_DEFINER; before, part of SET_USER_ID. */
  anyDefiner: { mysql: [8, 2, 0], mariadb: null },
  /** SYSTEM_USER: an account whose sessions and objects only its like may touch. */
  systemUser: { mysql: [8, 0, 16], mariadb: null },
  slaveMonitor: { mysql: null, mariadb: [10, 5, 8] },
  /** caching_sha2_password is the default: without TLS the replica must ask for the source's public key. */
  publicKeyRequest: { mysql: [8, 0, 4], mariadb: null },
  /** CHANGE … MASTER_RETRY_COUNT; MariaDB had only the start option master-retry-count before. */
  retryCountPerChannel: { mysql: [5, 7, 0], mariadb: [12, 0, 1] },
  /** The server checks the peer's certificate by default: a peer without TLS is refused (error 2026). */
  verifiesCertificateByDefault: { mysql: null, mariadb: [11, 4, 1] },
  /** Makes itself a certificate when it has none. */
  makesCertificate: { mysql: [5, 7, 6], mariadb: [11, 4, 1] },
  /** Its self-made certificate is proven by the password that both ends know, without a CA (mysql_native_password too). */
  provesCertificate: { mysql: null, mariadb: [11, 4, 1] },
  /** gtid_mode and enforce_gtid_consistency exist as settings. */
  gtidMode: { mysql: [5, 7, 5], mariadb: null },
  /** binlog_format is more than a deprecated remnant, and its default may not be ROW. */
  binlogFormat: { mysql: [5, 7, 0], mariadb: [10, 0, 0] },
  binlogFormatDeprecated: { mysql: [8, 0, 34], mariadb: null },
  binlogExpireSeconds: { mysql: [8, 0, 1], mariadb: [10, 6, 1] },
  /** --init-rpl-role=SLAVE truncates what was never acknowledged when the server recovers. */
  initRplRole: {
    mysql: null,
    mariadb: [
      [10, 5, 26],
      [10, 6, 19],
      [10, 11, 9],
      [11, 1, 6],
      [11, 2, 5],
      [11, 4, 3],
    ],
  },
  /** binlog_transaction_dependency_tracking: settable here, built in and gone later. */
  writesetTracking: { mysql: [8, 0, 1], mariadb: null },
  /** SET PERSIST; bind_address takes `*`. */
  persistVariables: { mysql: [8, 0, 0], mariadb: null },
  /** gtid_domain_id, gtid_strict_mode; GTIDs are always on. */
  gtidDomains: { mysql: null, mariadb: [10, 0, 2] },
  /** Semi-sync is in plugins, to be loaded; else built in. */
  semiSyncPlugins: { mysql: [5, 7, 0], mariadb: null },
  /** slave_parallel_threads; else …_parallel_workers. */
  parallelThreads: { mysql: null, mariadb: [10, 0, 0] },
  semiSyncKillTimeout: { mysql: null, mariadb: [10, 0, 0] },
  /** performance_schema has tables of channels and of what is persisted. */
  channelTables: { mysql: [5, 7, 0], mariadb: null },
  /** BINLOG MONITOR and the other privileges that SUPER was split into there. */
  binlogMonitor: { mysql: null, mariadb: [10, 5, 2] },
  clone: { mysql: [8, 0, 17], mariadb: null },
  /** CLONE between releases of one series; before, only between two of the same. */
  clonesAcrossPatches: { mysql: [8, 0, 37], mariadb: null },
  /** CHANGE REPLICATION FILTER; MariaDB sets replicate_* variables. */
  filterStatement: { mysql: [5, 7, 3], mariadb: null },
  /** READ_ONLY ADMIN: who has it writes to a read-only server. MySQL's super_read_only stops everybody. */
  readOnlyAdmin: { mysql: null, mariadb: [10, 5, 2] },
  /** SUPER no longer brings READ_ONLY ADMIN with it. */
  superObeysReadOnly: { mysql: [5, 7, 8], mariadb: [10, 11, 0] },
  /** An account may have two passwords for a while: RETAIN CURRENT PASSWORD, or IDENTIFIED VIA … OR …. */
  twoPasswords: { mysql: [8, 0, 14], mariadb: [10, 4, 3] },
  /** admin_address; MariaDB: extra_port. */
  adminAddress: { mysql: [8, 0, 14], mariadb: null },
} as const satisfies Record<string, Record<Flavour, Since>>

export type Capability = keyof typeof CAPABILITIES

/** The variable that a server has exactly where it has the capability. */
export const SHOWN_BY = {
  superReadOnly: 'super_read_only',
  replicaVariables: 'log_replica_updates',
  gtidMode: 'gtid_mode',
  binlogFormat: 'binlog_format',
  binlogExpireSeconds: 'binlog_expire_logs_seconds',
  writesetTracking: 'binlog_transaction_dependency_tracking',
  persistVariables: 'persisted_globals_load',
  gtidDomains: 'gtid_domain_id',
  parallelThreads: 'slave_parallel_threads',
  adminAddress: 'admin_address',
} as const satisfies Partial<Record<Capability, string>>

/**
 * The counter that a server has exactly where it knows the statement; the manual has each since the version of the statement.
 * Com_clone is none of these: it is there since 8.0.2, CLONE came with 8.0.17.
 */
export const COUNTED_BY = {
  sourceStatement: 'Com_change_replication_source',
  replicaStatement: 'Com_replica_start',
  replicaColumns: 'Com_show_replica_status',
  binaryLogStatement: 'Com_show_binary_log_status',
  filterStatement: 'Com_change_repl_filter',
} as const satisfies Partial<Record<Capability, string>>

/** Every server has this one: without it, no counter was asked for. */
const ALWAYS_COUNTED = 'Com_select'

/** To be asked of a server that runs: which of them it has. */
export const TELLING_VARIABLES: readonly string[] = Object.values(SHOWN_BY)
/** The same, of SHOW GLOBAL STATUS. */
export const TELLING_COUNTERS: readonly string[] = [ALWAYS_COUNTED, ...Object.values(COUNTED_BY)]

function nameIn(names: Partial<Record<Capability, string>>, capability: Capability): string | undefined {
  return names[capability]
}

/** Reads `9.7.4`, `8.0.36-28-debug`, `10.11.19-MariaDB-0+deb12u1`; missing parts are 0. */
export function parseVersion(text: string): Version {
  // Before 11, MariaDB hid behind `5.5.5-` in the handshake for the sake of old replicas.
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text.replace(/^5\.5\.5-(?=\d)/, ''))
  if (match === null) throw new RangeError(`not a server version: ${JSON.stringify(text)}`)
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

function isList(since: Version | readonly Version[]): since is readonly Version[] {
  return Array.isArray(since[0])
}

function reached(version: Version, since: Since): boolean {
  if (since === null) return false
  if (!isList(since)) return compare(version, since) >= 0
  const last = since.at(-1)
  if (last !== undefined && compare(version, last) >= 0) return true
  return since.some((s) => s[0] === version[0] && s[1] === version[1] && compare(version, s) >= 0)
}

/**
 * Does a server have it?
 * @param shown which of TELLING_VARIABLES and TELLING_COUNTERS it has; null: it was not asked
 */
export function hasCapability(
  { flavour, version, shown }: { flavour: Flavour; version: Version; shown: ReadonlySet<string> | null },
  capability: Capability,
): boolean {
  const since = CAPABILITIES[capability][flavour]
  const variable = nameIn(SHOWN_BY, capability)
  if (shown !== null && variable !== undefined) return shown.has(variable)
  const counter = nameIn(COUNTED_BY, capability)
  // A counter is named by one family's words: in the other it would say something else (MariaDB's columns keep their names).
  if (shown?.has(ALWAYS_COUNTED) && counter !== undefined && since !== null) return shown.has(counter)
  return reached(version, since) && !reached(version, REMOVED[capability]?.[flavour] ?? null)
}
