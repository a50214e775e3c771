import { type ChannelStatus, readChannel } from '../../mysql/channel.ts'
import type { Dialect, Flavour } from '../../mysql/dialect.ts'
import { readSemiSync, SEMI_SYNC_QUERIES, type SemiSyncStatus } from '../../mysql/semi-sync.ts'
import { identify } from '../../mysql/snapshot.ts'
import { isOn, oneByOne, type SqlSession, text } from '../../mysql/sql-session.ts'

/** What one look at a host's database shows. */
export interface HostState {
  readonly name: string
  /** Does the host hold the VIP? */
  readonly held: boolean
  readonly flavour: Flavour
  readonly version: string
  readonly serverId: string
  readonly readOnly: boolean
  /** Everything that was executed there: gtid_executed, MariaDB: gtid_binlog_state. '' without GTIDs. */
  readonly gtids: string
  readonly binlog: { readonly file: string; readonly position: number }
  readonly channel: ChannelStatus | null
  readonly semiSync: SemiSyncStatus | null
}

/** Looks at a host's database. @throws SqlError when it does not answer. */
export async function observe(name: string, held: boolean, session: SqlSession): Promise<HostState> {
  const dialect = await identify(oneByOne(session))
  const [who] = await session.query('SELECT VERSION() AS version, @@server_id AS id, @@global.read_only AS ro')
  const gtids = await session.query(`SELECT ${gtidVariable(dialect)} AS gtids`)
  const [binlog] = await session.query(dialect.statement.showBinaryLogStatus)
  const [channel] = await session.query(dialect.statement.showReplicaStatus)
  const status = await session.query(SEMI_SYNC_QUERIES.status)
  const variables = await session.query(SEMI_SYNC_QUERIES.variables)
  return {
    name,
    held,
    flavour: dialect.flavour,
    version: text(who, 'version'),
    serverId: text(who, 'id'),
    readOnly: isOn(text(who, 'ro')),
    gtids: text(gtids[0], 'gtids').replaceAll(/\s/g, ''),
    binlog: { file: text(binlog, 'File'), position: Number(text(binlog, 'Position')) },
    channel: readChannel(dialect, channel),
    semiSync: readSemiSync(dialect, status, variables),
  }
}

function gtidVariable(dialect: Dialect): string {
  return dialect.family.executed
}
