import type { Capability } from './dialect-capabilities.ts'
import type { Family } from './dialect-family.ts'

type Can = (capability: Capability) => boolean

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
  /** Function: waits until the applier is at a file and position of the source. */
  readonly positionWait: string
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
  readonly received: string
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

export function statements(can: Can): Statements {
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
    resetBinaryLogs: can('binaryLogStatement') ? 'RESET BINARY LOGS AND GTIDS' : 'RESET MASTER',
    changeSource: can('sourceStatement') ? 'CHANGE REPLICATION SOURCE TO' : 'CHANGE MASTER TO',
    positionWait: can('replicaVariables') ? 'SOURCE_POS_WAIT' : 'MASTER_POS_WAIT',
  }
}

export function columns(modern: boolean, family: Family): ReplicaColumns {
  const source = modern ? 'Source' : 'Master'
  const replica = modern ? 'Replica' : 'Slave'
  return {
    sourceHost: `${source}_Host`,
    sourcePort: `${source}_Port`,
    sourceUser: `${source}_User`,
    ioRunning: `${replica}_IO_Running`,
    sqlRunning: `${replica}_SQL_Running`,
    connectRetry: 'Connect_Retry',
    autoPosition: family.autoPositionColumn,
    sourceLogFile: `${source}_Log_File`,
    readSourceLogPos: `Read_${source}_Log_Pos`,
    relaySourceLogFile: `Relay_${source}_Log_File`,
    execSourceLogPos: `Exec_${source}_Log_Pos`,
    received: family.receivedColumn,
    secondsBehind: `Seconds_Behind_${source}`,
    tls: `${source}_SSL_Allowed`,
    tlsVerified: `${source}_SSL_Verify_Server_Cert`,
  }
}

export function variables(can: Can): VariableNames {
  const replica = can('replicaVariables') ? 'replica' : 'slave'
  return {
    logReplicaUpdates: `log_${replica}_updates`,
    skipReplicaStart: `skip_${replica}_start`,
    replicaNetTimeout: `${replica}_net_timeout`,
    replicaParallelWorkers: can('parallelThreads') ? 'slave_parallel_threads' : `${replica}_parallel_workers`,
  }
}

export function semiSync(can: Can): SemiSyncNames {
  const modern = can('semiSyncSourceWords')
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
    plugins: can('semiSyncPlugins')
      ? [`rpl_semi_sync_${source}=semisync_${source}.so`, `rpl_semi_sync_${replica}=semisync_${replica}.so`]
      : [],
  }
}
