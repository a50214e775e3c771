import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import { Secret } from '../inventory/secret.ts'
import { type ChannelSettings, changeSource, readChannel } from '../mysql/channel.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { clientsWriteHere } from './clients-here.ts'
import { databaseProbe } from './database-probe.ts'
import { follows, keepEqual } from './handmade-pair.ts'
import type { Module, PlanContext } from './module.ts'
import { PEER_FILE } from './mysql-account-facts.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { parseReplication, type ReplicationFacts } from './mysql-replication-facts.ts'
import { asRoot } from './mysql-session.ts'
import { CONTENTS_FILE } from './pair-contents.ts'
import { refusalToJoin } from './pair-data.ts'
import { serverDialect } from './server-dialect.ts'
import { type Script, type Step, sh, shellQuote } from './step.ts'

type Context = PlanContext<ReplicationFacts>

/** What a fresh host can't tell yet. */
const LATER = 'known after the server is installed'
/** Where a binary log ends that does not exist yet: shown, never run. */
const UNKNOWN_POSITION = { file: `(${LATER})`, position: 0 }

/** s; the source's sign of life on an idle channel. */
const HEARTBEAT = 2

function refuse(context: Context, code: string, message: string, hint: string): MmhaError {
  const { host, taskName } = context
  return new MmhaError(message, { code, source: 'user', exit: EXIT.refused, host: host.name, where: taskName, hint })
}

/** What this host's server says, or what one will say that the plan is still to install. */
function answers({ facts, mine }: Context): boolean {
  return mine.up || facts.server?.expected === true
}

function peerAnswers({ peerFacts, theirs }: Context): boolean {
  return theirs.up || peerFacts.server?.expected === true
}

/** Neither server ever had data of a user's, nor the pair a holder. */
function neverUsed({ mine, theirs }: Context): boolean {
  return [mine, theirs].every(({ schemas, epochs }) => schemas.length === 0 && epochs === 0)
}

function checkIdentity(context: Context): void {
  const { mine, theirs, host, peer } = context
  if (mine.uuid === '' || mine.uuid !== theirs.uuid) return
  const hint = `on one of them: stop the server, remove auto.cnf from its data directory, start it`
  throw refuse(context, 'SAME_UUID', `${host.name} and ${peer.name} have the same server_uuid ${mine.uuid}`, hint)
}

/** Refuses to join two servers that don't have the same history: replication would not make them equal. */
function checkHistories(context: Context, dialect: Dialect): void {
  const { mine, theirs, host, peer, inventory } = context
  // Only a plan comes here with it: by the time that this is applied, the copy has been made.
  if (inventory.overwritten !== undefined || keepEqual(dialect.flavour, mine, theirs)) return
  const refusal = refusalToJoin(dialect.flavour, { ...mine, name: host.name }, { ...theirs, name: peer.name })
  if (refusal !== null) throw refuse(context, 'DATA_DIFFERS', refusal.message, refusal.hint)
}

/**
 * A pair that never held data begins without history: the transactions of the installer, different on each host, would
 * otherwise count as data that the peer lacks. Only on hosts without a channel, without user schemas, before any holder.
 */
export const mysqlFreshPair: Module<Record<string, never>, ReplicationFacts> = {
  name: 'mysql_fresh_pair',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,
  shared: (context) => [databaseProbe(context)],
  probe: () => ':\n',
  parse: parseReplication,

  plan: (_params, context) => {
    const { facts, mine, host, taskId, taskName } = context
    if (facts.server === null || !answers(context) || !peerAnswers(context)) return []
    checkIdentity(context)
    if (mine.channel !== null || !neverUsed(context)) return []
    if (mine.up && mine.gtids === '') return []
    const dialect = serverDialect(facts.server, mine)
    return [
      {
        id: taskId,
        host: host.name,
        title: taskName,
        diff: `- ${mine.up ? mine.gtids : `what its installation logs, if anything: ${LATER}`}`,
        run: asRoot([dialect.statement.resetBinaryLogs, ...dialect.family.forgetPlace]),
        undo: { none: 'the binary logs of an empty server, written by its installation, are not kept' },
        impact: 'none',
        notify: [],
      },
    ]
  },
}

/** Stands for the password in the statement until the host itself puts it in. */
const FROM_FILE = new Secret('the password in the option file')

function wantedChannel(context: Context, dialect: Dialect): ChannelSettings {
  const { inventory, peer, mine, theirs } = context
  const { mode, user, connectRetry } = inventory.replication
  if (mode === 'position' && mine.channel === null && !neverUsed(context)) {
    const hint = 'use replication.mode gtid: it finds the place by itself'
    throw refuse(context, 'POSITION_UNKNOWN', "file and position can't be known while the pair is in use", hint)
  }
  const position = placeInUse(context, dialect) ?? (theirs.up ? theirs.position : UNKNOWN_POSITION)
  if (mode === 'position' && position === null) {
    const hint = 'set log_bin there'
    throw refuse(context, 'NO_BINARY_LOG', `${peer.name} has no binary log to begin at`, hint)
  }
  return {
    host: peer.replicationAddress,
    port: inventory.server.port,
    user,
    password: FROM_FILE,
    connectRetry,
    heartbeat: HEARTBEAT,
    position: mode === 'position' && position !== null ? position : 'gtid',
    tls: tlsBetween(context, dialect),
  }
}

/** What both ends can do; of a server that is still to be installed: what its kind does by itself. */
function tlsBetween({ mine, theirs }: Context, dialect: Dialect): ChannelSettings['tls'] {
  const sides = [mine, theirs]
  if (!sides.every(({ up, tls }) => (up ? tls : dialect.can('makesCertificate')))) return false
  const proven = dialect.can('provesCertificate') && sides.every(({ up, ownCertificate }) => !up || ownCertificate)
  return proven ? 'verified' : true
}

/** null: as wanted, or this server doesn't say. More than is wanted is left alone: MariaDB ≥ 11.4 asks for TLS by itself. */
function tlsDifference({ mine }: Context, dialect: Dialect, wanted: ChannelSettings['tls']): string | null {
  const { [dialect.column.tls]: allowed = '', [dialect.column.tlsVerified]: verified = '' } = mine.channel ?? {}
  if (wanted !== false && allowed === 'No') return '~ TLS: off → on'
  return wanted === 'verified' && verified === 'No' ? '~ TLS: the source proves who it is' : null
}

/** Where a channel that is in use has got to: a change of its other options must not move it. null: not in use yet. */
function placeInUse({ mine }: Context, dialect: Dialect): ChannelSettings['position'] | null {
  const channel = readChannel(dialect, mine.channel ?? undefined)
  if (channel === null) return null
  // The daemon went on by GTID when the position was lost.
  if (channel.autoPosition) return 'gtid'
  return channel.applied.file === '' ? null : channel.applied
}

/** What is not as wanted: `name: is → wanted`. */
function differences(context: Context, dialect: Dialect, wanted: ChannelSettings): string[] {
  const { mine, theirs, inventory } = context
  const channel = readChannel(dialect, mine.channel ?? undefined)
  if (channel === null)
    return [
      `+ replicate from ${wanted.host}:${wanted.port} as ${wanted.user} by ${placeOf(wanted)}`,
      `+ ${optionsOf(dialect, wanted)}`,
    ]
  if (channel.user !== wanted.user && channel.host !== wanted.host && !follows(mine, theirs)) {
    const hint = 'take it out yourself (STOP REPLICA; RESET REPLICA ALL), or use other servers'
    throw refuse(context, 'FOREIGN_CHANNEL', `it replicates from ${channel.host} as ${channel.user}`, hint)
  }
  // In position mode too: a place that was lost is found again by GTID, and that one stays.
  const auto = inventory.replication.mode === 'gtid' || channel.autoPosition
  const pairs: [string, string | number | boolean, string | number | boolean][] = [
    ['source host', channel.host, wanted.host],
    ['source port', channel.port, wanted.port],
    ['user', channel.user, wanted.user],
    ['connect retry', channel.connectRetry, wanted.connectRetry],
    ['GTID auto-position', channel.autoPosition, auto],
  ]
  const changed = pairs.filter(([, is, want]) => is !== want).map(([name, is, want]) => `~ ${name}: ${is} → ${want}`)
  const tls = tlsDifference(context, dialect, wanted.tls)
  if (tls !== null) changed.push(tls)
  if (mine.filePassword !== '' && mine.channelPassword !== mine.filePassword) changed.push('~ password: the new one')
  return changed
}

function placeOf({ position }: ChannelSettings): string {
  if (position === UNKNOWN_POSITION) return `position, ${LATER}`
  return position === 'gtid' ? 'GTID' : `position ${position.file}:${position.position}`
}

/** How it connects, as the statement says it; the rest stands in the line above. */
function optionsOf(dialect: Dialect, wanted: ChannelSettings): string {
  const statement = changeSource(dialect, wanted).parts.map(String).join('')
  const shown = statement.matchAll(/\w*(?:RETRY|HEARTBEAT|SSL|PUBLIC_KEY)\w*=[\d.]+/g)
  return [...shown].map(([option]) => option).join(', ')
}

/** sh that prints the statement, the password taken from this host's own file (`printf` is in the shell: no process shows it). */
function printStatement(statement: Script): string {
  const at = statement.parts.findIndex((part) => part instanceof Secret)
  const [before, after] = [statement.parts.slice(0, at), statement.parts.slice(at + 1)]
  const quoted = (parts: Script['parts']): string => shellQuote(parts.map(String).join(''))
  return `password=$(sed -n 's/^password=//p' ${PEER_FILE})
    printf '%s' ${quoted(before)} "$password" ${quoted(after)}`
}

/** @param resume START it, where it ran */
function channelScript(dialect: Dialect, wanted: ChannelSettings, resume = true): Script {
  const { stopReplica, startReplica } = dialect.statement
  return sh`${SQL_FUNCTIONS}
there=$(channel_status)
running=$(printf '%s\\n' "$there" | grep -Ec '_(IO|SQL)_Running: (Yes|Connecting)') || :
change() {
  {
    echo "SET SESSION sql_mode='', sql_log_off=1;"
    # In one go: the daemon starts a channel again that it finds stopped.
    [ -z "$there" ] || echo ${shellQuote(`${stopReplica};`)}
    ${printStatement({ parts: changeSource(dialect, wanted).parts })}
    echo ';'
  } | quietly sql
}
# It may do so even between the two: then once more.
for attempt in 1 2 3 4 5; do
  if change; then
${resume ? `    [ "$running" = 0 ] || sql --execute=${shellQuote(startReplica)}\n` : ''}    rm -f ${CONTENTS_FILE} ${CONTENTS_FILE}.new
    exit 0
  fi
done
exit 1
`
}

/** On the target of a seeding: its channel from the source, by GTID, left stopped; as `mysql_replication` would make it. */
export function seededChannel(dialect: Dialect, inventory: Inventory, source: Host, tls: boolean): Script {
  const { user, connectRetry } = inventory.replication
  return channelScript(dialect, {
    host: source.replicationAddress,
    port: inventory.server.port,
    user,
    password: FROM_FILE,
    connectRetry,
    heartbeat: HEARTBEAT,
    position: 'gtid',
    tls,
  })
}

/**
 * The channel from the peer. It is configured here and left stopped: only the daemon starts it, once it has compared
 * the histories. An existing channel that is as wanted stays untouched.
 */
export const mysqlReplication: Module<Record<string, never>, ReplicationFacts> = {
  name: 'mysql_replication',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,
  shared: (context) => [databaseProbe(context)],
  probe: () => ':\n',
  parse: parseReplication,

  plan: (_params, context) => {
    const { facts, peerFacts, mine, theirs, host, taskId, taskName } = context
    if (facts.server === null || !answers(context)) return []
    const dialect = serverDialect(facts.server, mine)
    // Before anything is installed there: a pair that can't be joined is not begun.
    if (peerFacts.server === null || peerFacts.server.expected === true) checkHistories(context, dialect)
    if (!peerAnswers(context)) return []
    checkIdentity(context)
    // A channel of strangers proves nothing by being there. Of a pair's members the daemon compares the histories.
    if (mine.channel === null || (mine.epochs === 0 && theirs.epochs === 0 && !neverUsed(context)))
      checkHistories(context, dialect)
    const wanted = wantedChannel(context, dialect)
    const changes = differences(context, dialect, wanted)
    if (changes.length === 0) return []
    const { stopReplica, resetReplicaAll } = dialect.statement
    // MariaDB's daemon finds the place in the log: what was fetched and not logged would come twice.
    const unlogged = dialect.can('gtidDomains') && mine.unlogged === true && clientsWriteHere(context)
    if (unlogged) changes.push('~ stopped until this server has been restarted with log_slave_updates=ON')
    const undo: Step['undo'] =
      mine.channel === null
        ? sh`${SQL_FUNCTIONS}sql --execute=${shellQuote(stopReplica)}\nsql --execute=${shellQuote(resetReplicaAll)}\n`
        : { none: 'the password that the channel had is not kept' }
    return [
      {
        id: taskId,
        host: host.name,
        title: taskName,
        diff: changes.join('\n'),
        run: channelScript(dialect, wanted, !unlogged),
        undo,
        impact: 'none',
        notify: [],
      },
    ]
  },
}
