import { EXIT, MmhaError } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import type { Connection } from '../hosts/connection.ts'
import { gather } from '../hosts/gather.ts'
import type { ServerFacts } from '../hosts/host-facts.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { seededChannel } from '../modules/mysql-replication.ts'
import { SEEDING_MARK as MARK } from '../modules/seeding-mark.ts'
import { sh, shellQuote } from '../modules/step.ts'
import { placeByGtid } from '../mysql/channel.ts'
import { type Dialect, dialectOf } from '../mysql/dialect.ts'
import { dumpOf, gtidsAt, momentOf } from '../mysql/dump.ts'
import { insertEpoch } from '../mysql/epoch.ts'
import { formatBinlogState, parseGtidSet, union } from '../mysql/gtid-set.ts'
import { adoptHistory } from '../mysql/moment.ts'
import { sqlIdentifier, sqlString } from '../mysql/quote.ts'
import { accountStatements } from './accounts.ts'
import { channelRow } from './channel-row.ts'
import { Flow, type FlowState } from './flow.ts'
import { asRootOn, sqlOn } from './remote.ts'
import { StatementCut } from './statement-cut.ts'
import { saveTailOf } from './tail.ts'
import { closeTarget, openTarget } from './target.ts'
import { transfer } from './transfer.ts'
import { follow, type Pair, verifyCopy } from './verify.ts'

export interface SeedOptions {
  readonly source: Connection
  readonly target: Connection
  readonly inventory: Inventory
  /** Bytes a second at most; null: as fast as it goes. */
  readonly throttle: number | null
  /** `discard`: transactions that only the target has need not be kept. */
  readonly tail: 'save' | 'discard'
  readonly sink: Sink
}

export interface Seeded {
  readonly bytes: number
  /** Of the copying alone. */
  readonly seconds: number
  /** Compared and found to be the same. */
  readonly tables: number
  /** On the target: its own transactions, where it had any, also when a run that was cut has saved them; null: none, or discarded. */
  readonly tail: string | null
}

/** Schemas that are every server's own. */
const SYSTEM = ['mysql', 'information_schema', 'performance_schema', 'sys']

/**
 * Makes the target a copy of the source, which goes on serving and writing: a dump through here, then replication, then
 * a comparison of every table at one moment. The target is closed to everybody all the while; its mark goes last, so
 * that a run that was cut begins afresh.
 * @throws MmhaError by what stopped it; the target then stays closed and marked
 */
export async function seed(options: SeedOptions): Promise<Seeded> {
  const { source, target, sink } = options
  const say = (host: string, message: string) => sink({ code: 'seed.stage', level: 'info', host, message })
  const [dialect, server] = await serversOf(source, target)
  const pair: Pair = { source, target, dialect }
  await requireInnodb(source)
  await beginHistory(pair)
  if (!server.running)
    await asRootOn(target, 'start its server', sh`systemctl start ${shellQuote(`${server.unit}.service`)}\n`)
  const tail = options.tail === 'save' ? await saveTailOf(pair) : null
  if (tail !== null) say(target.name, `its own transactions were saved to ${tail}`)
  say(target.name, 'its server is closed to everybody but this')
  await asRootOn(target, 'close its server', closeTarget(server, dialect, source.name, tail))
  await empty(pair)
  say(target.name, `takes a dump of ${source.name}`)
  const copied = await copy(options, pair)
  await sqlOn(
    target,
    'set up the accounts',
    await accountStatements(source, target, dialect, options.inventory.replication.user),
  )
  await sqlOn(target, 'take on the history', adoptHistory(dialect, copied))
  await placeChannel(options, pair)
  say(target.name, `replicates what ${source.name} has written since`)
  await follow(pair, await positionOf(pair))
  say(target.name, `is compared with ${source.name}, table by table`)
  const tables = await verifyCopy(pair)
  await asRootOn(target, 'open its server', openTarget(server))
  return { bytes: copied.bytes, seconds: copied.seconds, tables, tail }
}

/** Both know of a holder, and neither holds half a copy: they are one pair. */
export async function areJoined(source: Connection, target: Connection): Promise<boolean> {
  const marked = await asRootOn(target, 'look for a mark', sh`[ ! -e ${MARK} ] || echo marked\n`)
  if (marked.trim() !== '') return false
  const counts = [source, target].map((one) => sqlOn(one, 'look for its epoch', ['SELECT COUNT(*) FROM mmha.epoch']))
  return (await Promise.all(counts)).every(([row]) => Number(row?.[0] ?? 0) > 0)
}

async function serversOf(source: Connection, target: Connection): Promise<readonly [Dialect, ServerFacts]> {
  const [theirs, mine] = await Promise.all([gather(source), gather(target)])
  const refuse = (host: string, message: string, hint: string) =>
    new MmhaError(message, { code: 'NO_SERVER', source: 'user', exit: EXIT.refused, host, hint })
  const { server } = mine.facts
  if (server === null) throw refuse(target.name, 'no database server is installed there', 'mmha provision installs one')
  if (theirs.facts.server === null)
    throw refuse(source.name, 'no database server is installed there', 'name the other host')
  const dialect = dialectOf(theirs.facts.server.version)
  if (dialectOf(server.version).flavour !== dialect.flavour)
    throw refuse(
      target.name,
      `it runs ${server.version}, the source ${theirs.facts.server.version}`,
      'use the same server on both',
    )
  return [dialect, server]
}

/** A dump is of one moment, and CHECKSUM TABLE too, only for InnoDB. */
async function requireInnodb(source: Connection): Promise<void> {
  const others = SYSTEM.map((name) => `'${name}'`).join(', ')
  const rows = await sqlOn(source, 'list the tables', [
    `SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE TABLE_TYPE='BASE TABLE'
     AND TABLE_SCHEMA NOT IN (${others}) AND ENGINE<>'InnoDB'`,
  ])
  if (rows.length === 0) return
  const names = rows.slice(0, 5).map(([schema, table, engine]) => `${schema}.${table} (${engine})`)
  throw new MmhaError(`${rows.length} tables are not InnoDB: ${names.join(', ')}`, {
    code: 'NOT_INNODB',
    source: 'user',
    exit: EXIT.refused,
    host: source.name,
    hint: 'no copy of them is consistent while they are written: ALTER TABLE … ENGINE=InnoDB first',
  })
}

async function schemasOf(connection: Connection): Promise<readonly string[]> {
  const others = SYSTEM.map((name) => `'${name}'`).join(', ')
  const rows = await sqlOn(connection, 'list the schemas', [
    `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN (${others})`,
  ])
  return rows.map(([name = '']) => name)
}

async function empty({ target, dialect }: Pair): Promise<void> {
  const drops = (await schemasOf(target)).map((name) => `DROP DATABASE ${sqlIdentifier(name)}`)
  const { stopReplica, resetBinaryLogs } = dialect.statement
  await sqlOn(target, 'drop what it holds', [
    stopReplica,
    'SET SESSION foreign_key_checks=0',
    ...drops,
    resetBinaryLogs,
  ])
}

interface Copied {
  readonly executed: string
  readonly position: string
  readonly bytes: number
  readonly seconds: number
}

async function copy({ source, target, throttle, sink }: SeedOptions, { dialect }: Pair): Promise<Copied> {
  const schemas = await schemasOf(source)
  const before = await sqlOn(source, 'read its history', [historyQuery(dialect)])
  const size = await sqlOn(source, 'ask its size', [
    `SELECT COALESCE(SUM(DATA_LENGTH), 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA IN (${schemas.map(sqlString).join(', ')})`,
  ])
  const { command, marker } = dumpOf(dialect, schemas)
  const [program = '', ...words] = command
  const flow = new Flow({
    throttle,
    expected: Number(size[0]?.[0] ?? 0),
    tell: (state) =>
      sink({ code: 'seed.progress', level: 'info', host: target.name, message: flowText(state), data: { ...state } }),
  })
  const cut = new StatementCut(marker)
  const began = performance.now()
  await transfer(
    {
      connection: source,
      doing: 'dump its data',
      script: `exec ${program} --protocol=socket --user=root ${words.map(shellQuote).join(' ')} </dev/null`,
    },
    {
      connection: target,
      doing: 'load the dump',
      script: `exec "$mysql_client" --protocol=socket --user=root --batch --max-allowed-packet=1G \
--default-character-set=utf8mb4 --init-command='SET SESSION sql_log_bin=0, sql_log_off=1'`,
    },
    [cut, flow],
  )
  const seconds = (performance.now() - began) / 1000
  const moment = momentOf(cut.found ?? '')
  if (moment === null) throw new Error(`the dump of ${source.name} does not say which moment it is of`)
  if (moment.kind === 'gtids') return { ...flow.state, seconds, executed: moment.executed, position: '' }
  const [at] = await sqlOn(source, 'read the place of the dump', [gtidsAt(moment)])
  const position = at?.[0] ?? ''
  const parse = (text: string) => parseGtidSet(dialect.flavour, text)
  // What the other servers of its domain wrote was there before; since then only the source has written.
  const executed = formatBinlogState(union(parse(before[0]?.[0] ?? ''), parse(position)))
  return { ...flow.state, seconds, executed, position }
}

function historyQuery({ flavour }: Dialect): string {
  return flavour === 'mysql'
    ? "SELECT REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '')"
    : 'SELECT @@GLOBAL.gtid_binlog_state'
}

async function positionOf({ source, dialect }: Pair): Promise<string> {
  const position = dialect.flavour === 'mysql' ? historyQuery(dialect) : 'SELECT @@GLOBAL.gtid_binlog_pos'
  const [row] = await sqlOn(source, 'read its history', [position])
  return row?.[0] ?? ''
}

/** What the relay log holds is of the old copy. A host that was no member has no channel yet. */
async function placeChannel({ inventory }: SeedOptions, { source, target, dialect }: Pair): Promise<void> {
  if ((await channelRow(target)) !== undefined) {
    const reset = dialect.flavour === 'mysql' ? [dialect.statement.resetReplicaAll.replace(/ ALL$/, '')] : []
    await sqlOn(target, 'place its channel', [...reset, placeByGtid(dialect)])
    return
  }
  const host = inventory.masters.find(({ name }) => name === source.name)
  if (host === undefined) throw new Error(`${source.name} is no master`)
  // Whether the source can prove itself, too, `mysql_replication` finds out afterwards.
  const certificate = dialect.flavour === 'mysql' ? "@@GLOBAL.ssl_cert <> ''" : "@@GLOBAL.have_ssl = 'YES'"
  const sides = [source, target].map((one) => sqlOn(one, 'look for its certificate', [`SELECT ${certificate}`]))
  const tls = (await Promise.all(sides)).every(([row]) => row?.[0] === '1')
  await asRootOn(target, 'make its channel', seededChannel(dialect, inventory, host, tls))
}

/**
 * A source that was no member yet becomes the pair's first holder: what is copied of it then belongs to the same line,
 * also while it goes on writing, and its GTIDs are no longer none.
 */
async function beginHistory({ source, dialect }: Pair): Promise<void> {
  const [row] = await sqlOn(source, 'look for its epoch', ['SELECT COUNT(*) FROM mmha.epoch'])
  if (row?.[0] !== '0') return
  const supers = dialect.can('superReadOnly')
  const closed = supers
    ? (await sqlOn(source, 'look whether it is open', ['SELECT @@GLOBAL.super_read_only']))[0]?.[0]
    : '0'
  await sqlOn(source, 'begin its history', [
    ...(closed === '1' ? ['SET GLOBAL super_read_only=OFF'] : []),
    'SET SESSION sql_log_bin=1',
    insertEpoch(dialect, { forced: false, reason: 'its data is the pair’s: the other host was seeded from it' }),
    ...(closed === '1' ? ['SET GLOBAL super_read_only=ON'] : []),
  ])
}

const MB = 1_000_000

export function flowText({ bytes, rate, remaining }: FlowState): string {
  const left = remaining === null || remaining < 1 ? '' : `, about ${Math.ceil(remaining)} s left`
  return `${(bytes / MB).toFixed(1)} MB, ${(rate / MB).toFixed(1)} MB/s${left}`
}
