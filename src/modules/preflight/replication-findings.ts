import { readChannel } from '../../mysql/channel.ts'
import type { Dialect } from '../../mysql/dialect.ts'
import { type Context, dialectHere, sayOf, some } from './context.ts'
import type { Finding } from './finding.ts'

/** Who replicates from whom already, and what is left out on the way. Pure. */
export function replicationFindings(context: Context): readonly Finding[] {
  const dialect = dialectHere(context)
  if (dialect === null || !context.mine.data.up) return []
  return [...channels(context, dialect), ...clusters(context), ...readers(context), ...filters(context, dialect)]
}

interface Source {
  readonly name: string
  readonly host: string
  readonly port: string
  readonly user: string
}

function sources({ mine }: Context, dialect: Dialect): readonly Source[] {
  const own = readChannel(dialect, mine.data.channel ?? undefined)
  const first = own === null ? [] : [{ name: '', host: own.host, port: String(own.port), user: own.user }]
  return [...first, ...(mine.close?.channels ?? []).filter(({ name }) => name !== '')]
}

function channels(context: Context, dialect: Dialect): Finding[] {
  const { peer, inventory } = context
  const say = sayOf(context)
  return sources(context, dialect).flatMap(({ name, host, port, user }) => {
    const from = `${user}@${host}:${port}${name === '' ? '' : ` (channel ${name})`}`
    // Ours under an address that the inventory has changed: the plan mends it.
    if (name === '' && user === inventory.replication.user) return []
    if (name === '' && [peer.replicationAddress, peer.address].includes(host)) {
      const what = `replicates as ${from} already, set up by hand`
      return [say('note', 'CHANNEL_BY_HAND', what, `nothing: it goes on as ${inventory.replication.user}`)]
    }
    const todo = `${dialect.removeChannel(name).join('; ')}; or use other servers`
    return [say('blocks', 'FOREIGN_CHANNEL', `replicates as ${from}`, todo)]
  })
}

function clusters(context: Context): Finding[] {
  const { wsrep_on: galera = 'OFF', group_replication_group_name: group = '' } = context.mine.close?.variables ?? {}
  const member = galera === 'ON' ? 'Galera' : group === '' ? null : 'group replication'
  if (member === null) return []
  const todo = 'a pair of mmha has one writer and replicates by itself: use other servers, or leave the cluster'
  return [sayOf(context)('blocks', 'CLUSTER_MEMBER', `is a member of ${member}`, todo)]
}

function readers(context: Context): Finding[] {
  const { peer, peerFacts, inventory } = context
  // The server shows the name of a host where it can find one.
  const ours = [peer.replicationAddress, peer.address, peerFacts.hostname].map((host) => `@${host}`)
  const isOurs = (reader: string) =>
    reader.startsWith(`${inventory.replication.user}@`) || ours.some((end) => reader.endsWith(end))
  const others = (context.mine.close?.readers ?? []).filter((reader) => !isOurs(reader))
  if (others.length === 0) return []
  const todo = `let it follow the VIP ${inventory.vip.address} by GTID: else it stays with this host when the VIP moves`
  return [sayOf(context)('note', 'OTHER_REPLICA', `read by ${some(others)}`, todo)]
}

/** Columns of SHOW REPLICA STATUS, under any server's names. */
const FILTER_COLUMN = /^Replicate_(Do_DB|Ignore_DB|Do_Table|Ignore_Table|Wild_Do_Table|Wild_Ignore_Table|Rewrite_DB)$/

function filters(context: Context, dialect: Dialect): Finding[] {
  const { data, close } = context.mine
  const inChannel = Object.entries(data.channel ?? {}).flatMap(([column, value]) =>
    FILTER_COLUMN.test(column) && value !== '' ? [`${column.toLowerCase()}=${value}`] : [],
  )
  const replica = [...new Set([...inChannel, ...(close?.filters ?? [])])]
  const say = sayOf(context)
  const found: Finding[] = []
  if (replica.length > 0) {
    const names = [...new Set(replica.map((one) => one.split('=')[0] ?? ''))]
    const todo = `${names.map(dialect.clearFilter).join('; ')}; and take it out of the option files`
    found.push(say('blocks', 'FILTERED', `leaves out on the way in: ${some(replica)}`, todo))
  }
  if (data.binlogFilters.length > 0) {
    const todo = 'take binlog_do_db and binlog_ignore_db out of the option files and restart the server'
    found.push(say('blocks', 'FILTERED', `leaves out of its binary log: ${some(data.binlogFilters)}`, todo))
  }
  return found
}
