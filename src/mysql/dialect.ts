import { sqlString } from './quote.ts'

/**
 * What a server calls the things that we want from it. This is the only file that knows versions:
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
  /** START/STOP/SHOW REPLICA understood. MariaDB understands the words since 10.5, but keeps the old column names. */
  replicaStatement: { mysql: [8, 0, 22], mariadb: [10, 5, 1] },
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
  clone: { mysql: [8, 0, 17], mariadb: null },
  /** CHANGE REPLICATION FILTER; MariaDB sets replicate_* variables. */
  filterStatement: { mysql: [5, 7, 3], mariadb: null },
  /** READ_ONLY ADMIN: who has it writes to a read-only server. MySQL's super_read_only stops everybody. */
  readOnlyAdmin: { mysql: null, mariadb: [10, 5, 2] },
  /** SUPER no longer brings READ_ONLY ADMIN with it. */
  superObeysReadOnly: { mysql: [5, 7, 8], mariadb: [10, 11, 0] },
  /** admin_address; MariaDB: extra_port. */
  adminAddress: { mysql: [8, 0, 14], mariadb: null },
} as const satisfies Record<string, Record<Flavour, Since>>

export type Capability = keyof typeof CAPABILITIES

export interface Statements {
  readonly startIo: string
  readonly stopIo: string
  readonly startSql: string
  readonly stopSql: string
  readonly startReplica: string
  readonly stopReplica: string
  readonly showReplicaStatus: string
  readonly resetReplicaAll: string
  readonly showBinaryLogStatus: string
  /** Wipes binlogs and GTIDs: only for servers that never held data. */
  readonly resetBinaryLogs: string
  readonly changeSource: string
}

/** Columns of SHOW REPLICA STATUS under the names of this server. */
export interface ReplicaColumns {
  readonly sourceHost: string
  readonly sourcePort: string
  readonly sourceUser: string
  readonly ioRunning: string
  readonly sqlRunning: string
  readonly connectRetry: string
  readonly autoPosition: string
  readonly sourceLogFile: string
  readonly readSourceLogPos: string
  readonly relaySourceLogFile: string
  readonly execSourceLogPos: string
  readonly secondsBehind: string
  /** Yes or No. */
  readonly tls: string
  readonly tlsVerified: string
}

export interface VariableNames {
  readonly logReplicaUpdates: string
  readonly skipReplicaStart: string
  readonly replicaNetTimeout: string
  readonly replicaParallelWorkers: string
}

/** Variables, status counters and plugins of semi-synchronous replication. */
export interface SemiSyncNames {
  readonly sourceEnabled: string
  readonly replicaEnabled: string
  readonly timeout: string
  readonly waitPoint: string
  readonly waitNoReplica: string
  /** Status: ON while commits wait for an acknowledgement. */
  readonly sourceStatus: string
  readonly sourceClients: string
  readonly waitSessions: string
  readonly acknowledged: string
  /** `plugin=library` pairs for plugin_load_add; [] where it is built in. */
  readonly plugins: readonly string[]
}

export interface Dialect {
  readonly flavour: Flavour
  readonly version: Version
  can(capability: Capability): boolean
  readonly statement: Statements
  readonly column: ReplicaColumns
  readonly variable: VariableNames
  readonly semiSync: SemiSyncNames
  /** `SOURCE` or `MASTER`: the prefix of CHANGE … options. */
  readonly option: 'SOURCE' | 'MASTER'
  /** Privileges that write to a server which is closed as our role closes it. */
  readonly readOnlyBypass: readonly string[]
  /** What lets an administrator in when all connections are used, with a value for an example. */
  readonly adminDoor: { readonly variable: string; readonly example: string }
  /** Takes a channel out for good. */
  removeChannel(name: string): readonly string[]
  /** Ends a filter: `replicate_do_db` and its kin. */
  clearFilter(name: string): string
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
 * The dialect of a server.
 * @param version what `SELECT VERSION()` or the binary's `--version` says
 * @param comment `@@version_comment`, where it is known: some builds carry the flavour only there
 * @throws RangeError when the version has no number
 */
export function dialectOf(version: string, comment = ''): Dialect {
  const flavour: Flavour = /mariadb/i.test(`${version} ${comment}`) ? 'mariadb' : 'mysql'
  const parsed = parseVersion(version)
  const can = (capability: Capability): boolean =>
    reached(parsed, CAPABILITIES[capability][flavour]) && !reached(parsed, REMOVED[capability]?.[flavour] ?? null)
  return {
    flavour,
    version: parsed,
    can,
    statement: statements(can, flavour),
    column: columns(can('replicaColumns')),
    variable: variables(flavour, can('replicaVariables')),
    semiSync: semiSync(flavour, can('semiSyncSourceWords')),
    option: can('sourceStatement') ? 'SOURCE' : 'MASTER',
    readOnlyBypass: [
      ...(can('readOnlyAdmin') ? ['READ_ONLY ADMIN'] : []),
      ...(can('superObeysReadOnly') ? [] : ['SUPER']),
    ],
    adminDoor: can('adminAddress')
      ? { variable: 'admin_address', example: '127.0.0.1' }
      : { variable: 'extra_port', example: '33062' },
    removeChannel: (name) => removeChannel(flavour, can('replicaStatement') ? 'REPLICA' : 'SLAVE', name),
    clearFilter: (name) =>
      can('filterStatement')
        ? `CHANGE REPLICATION FILTER ${name.toUpperCase()} = ()`
        : `STOP ALL SLAVES; SET GLOBAL ${name}=''`,
  }
}

function removeChannel(flavour: Flavour, replica: string, name: string): readonly string[] {
  if (name === '') return [`STOP ${replica}`, `RESET ${replica} ALL`]
  const quoted = sqlString(name)
  return flavour === 'mariadb'
    ? [`STOP ${replica} ${quoted}`, `RESET ${replica} ${quoted} ALL`]
    : [`STOP ${replica} FOR CHANNEL ${quoted}`, `RESET ${replica} ALL FOR CHANNEL ${quoted}`]
}

/**
 * Do two servers of one family replicate in both directions? Vendors promise the older one's log to the newer, within a
 * series in both directions: `patch`; across series only upwards: `series`.
 */
export function replicatesBothWays(a: Dialect, b: Dialect): 'equal' | 'patch' | 'series' {
  if (a.version[0] !== b.version[0] || a.version[1] !== b.version[1]) return 'series'
  return a.version[2] === b.version[2] ? 'equal' : 'patch'
}

function statements(can: (capability: Capability) => boolean, flavour: Flavour): Statements {
  const replica = can('replicaStatement') ? 'REPLICA' : 'SLAVE'
  return {
    startIo: `START ${replica} IO_THREAD`,
    stopIo: `STOP ${replica} IO_THREAD`,
    startSql: `START ${replica} SQL_THREAD`,
    stopSql: `STOP ${replica} SQL_THREAD`,
    startReplica: `START ${replica}`,
    stopReplica: `STOP ${replica}`,
    showReplicaStatus: `SHOW ${replica} STATUS`,
    resetReplicaAll: `RESET ${replica} ALL`,
    showBinaryLogStatus: can('binaryLogStatement') ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS',
    resetBinaryLogs: can('binaryLogStatement') && flavour === 'mysql' ? 'RESET BINARY LOGS AND GTIDS' : 'RESET MASTER',
    changeSource: can('sourceStatement') ? 'CHANGE REPLICATION SOURCE TO' : 'CHANGE MASTER TO',
  }
}

function columns(modern: boolean): ReplicaColumns {
  const source = modern ? 'Source' : 'Master'
  const replica = modern ? 'Replica' : 'Slave'
  return {
    sourceHost: `${source}_Host`,
    sourcePort: `${source}_Port`,
    sourceUser: `${source}_User`,
    ioRunning: `${replica}_IO_Running`,
    sqlRunning: `${replica}_SQL_Running`,
    connectRetry: 'Connect_Retry',
    autoPosition: 'Auto_Position',
    sourceLogFile: `${source}_Log_File`,
    readSourceLogPos: `Read_${source}_Log_Pos`,
    relaySourceLogFile: `Relay_${source}_Log_File`,
    execSourceLogPos: `Exec_${source}_Log_Pos`,
    secondsBehind: `Seconds_Behind_${source}`,
    tls: `${source}_SSL_Allowed`,
    tlsVerified: `${source}_SSL_Verify_Server_Cert`,
  }
}

function variables(flavour: Flavour, modern: boolean): VariableNames {
  const replica = modern ? 'replica' : 'slave'
  return {
    logReplicaUpdates: `log_${replica}_updates`,
    skipReplicaStart: `skip_${replica}_start`,
    replicaNetTimeout: `${replica}_net_timeout`,
    replicaParallelWorkers: flavour === 'mariadb' ? 'slave_parallel_threads' : `${replica}_parallel_workers`,
  }
}

function semiSync(flavour: Flavour, modern: boolean): SemiSyncNames {
  const source = modern ? 'source' : 'master'
  const replica = modern ? 'replica' : 'slave'
  return {
    sourceEnabled: `rpl_semi_sync_${source}_enabled`,
    replicaEnabled: `rpl_semi_sync_${replica}_enabled`,
    timeout: `rpl_semi_sync_${source}_timeout`,
    waitPoint: `rpl_semi_sync_${source}_wait_point`,
    waitNoReplica: `rpl_semi_sync_${source}_wait_no_${replica}`,
    sourceStatus: `Rpl_semi_sync_${source}_status`,
    sourceClients: `Rpl_semi_sync_${source}_clients`,
    waitSessions: `Rpl_semi_sync_${source}_wait_sessions`,
    acknowledged: `Rpl_semi_sync_${source}_yes_tx`,
    plugins:
      flavour === 'mariadb'
        ? []
        : [`rpl_semi_sync_${source}=semisync_${source}.so`, `rpl_semi_sync_${replica}=semisync_${replica}.so`],
  }
}
