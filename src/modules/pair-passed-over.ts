import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { type LoggedTransaction, readAccountLog } from '../mysql/account-log.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { contains, count, formatGtidSet, type GtidSet, isEmpty, parseGtidSet, subtract } from '../mysql/gtid-set.ts'
import { sqlString } from '../mysql/quote.ts'
import { databaseProbe } from './database-probe.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { follows, isHandmade } from './handmade-pair.ts'
import type { Module, PlanContext } from './module.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { parseReplication, type ReplicationFacts } from './mysql-replication-facts.ts'
import { asRoot } from './mysql-session.ts'
import { serverDialect } from './server-dialect.ts'
import { shellQuote } from './step.ts'

export interface PassedOverFacts extends ReplicationFacts {
  /** gtid_executed when the channel had come to where its source's log ended at first; null: not asked, or it did not come. */
  readonly gtidsThen: string | null
  readonly purged: string
  /** What mysqlbinlog prints of the transactions that the peer never gets; null: not read. */
  readonly log: string | null
  /** `'user'@'host'`, as the server quotes them. */
  readonly accounts: readonly string[]
}

type Context = PlanContext<PassedOverFacts>

/** s for a channel to come to the end of its source's log, and for a log to be read. */
const PATIENCE = 20
/** Transactions: more than that are no accounts that somebody made. */
const MANY = 100
/** Tables and statements that a refusal names. */
const NAMED = 8

/**
 * By position a channel brings what stands behind its beginning and nothing of before, whatever the GTIDs say. By GTID it
 * would fetch that, too: accounts that were made on each host before, for one, on which it would stop.
 * @returns what `to` lacks: some of it may still be on its way
 */
export function mayNeverCome(from: ReplicationFacts, to: ReplicationFacts): GtidSet {
  if (!isHandmade(from, to) || !follows(to, from) || to.channel?.Auto_Position !== '0') return new Map()
  return subtract(parseGtidSet('mysql', from.gtids), parseGtidSet('mysql', to.gtids))
}

/** What is worth looking at: long stretches are no accounts, and under load what is on its way is one. */
function readable(gtids: GtidSet): GtidSet {
  const short = new Map(
    [...gtids].map(([origin, all]) => [origin, all.filter(({ first, last }) => last - first < MANY)] as const),
  )
  const some = new Map([...short].filter(([, intervals]) => intervals.length > 0))
  return count(some) > MANY ? new Map() : some
}

/** Of these `to` has none though it has come past them. */
function neverComes(from: PassedOverFacts, to: PassedOverFacts): GtidSet {
  const may = mayNeverCome(from, to)
  return to.gtidsThen === null ? may : subtract(may, parseGtidSet('mysql', to.gtidsThen))
}

/** Of a binary log's files those that hold any of it: each says at its beginning what came before it. */
function logOf(wanted: string): string {
  const set = sqlString(wanted)
  return `fact purged "$(sql --execute="SELECT REPLACE(@@GLOBAL.gtid_purged, CHAR(10), '')")"
base=$(sql --execute='SELECT @@GLOBAL.log_bin_basename')
files=$(sql --execute='SHOW BINARY LOGS' | cut -f 1 | sed "s/.*/SHOW BINLOG EVENTS IN '&' LIMIT 3;/" | sql --force 2>/dev/null |
  awk -F '\\t' -v wanted=${shellQuote(set)} '
    function ask(end) { printf "SELECT \\047%s\\047 FROM DUAL WHERE GTID_SUBTRACT(%s, GTID_SUBTRACT(%s, \\047%s\\047)) <> GTID_SUBTRACT(%s, \\047\\047);\\n", file, wanted, end, before, wanted }
    $3 == "Previous_gtids" { gsub(/\\\\n/, "", $6); if (file != "") ask("\\047" $6 "\\047"); file = $1; before = $6 }
    END { if (file != "") ask("@@GLOBAL.gtid_executed") }' | sql)
set --
for file in $files; do set -- "$@" "\${base%/*}/$file"; done
[ $# = 0 ] || fact log "$(timeout ${PATIENCE} mysqlbinlog --no-defaults --base64-output=DECODE-ROWS --include-gtids=${shellQuote(wanted)} "$@" 2>/dev/null |
  head -c 400000 | base64 -w0)"
`
}

function caughtUp(dialect: Dialect, { position }: ReplicationFacts): string {
  if (position === null) return ''
  const wait = `SELECT ${dialect.statement.positionWait}(${sqlString(position.file)}, ${position.position}, ${PATIENCE})`
  return `case $(sql --execute=${shellQuote(wait)}) in
  [0-9]*) fact gtids_then "$(sql --execute="SELECT REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '')")" ;;
esac
`
}

/** What is in the way of saying "this is here, too"; '': nothing. */
function obstacle(gtids: GtidSet, from: PassedOverFacts, to: PassedOverFacts): string {
  if (to.gtidsThen === null) return `its channel has not caught up within ${PATIENCE} s`
  if (count(gtids) > MANY) return `${count(gtids)} transactions`
  if (!isEmpty(subtract(gtids, subtract(gtids, parseGtidSet('mysql', from.purged)))))
    return 'purged from the binary log'
  const work = readOf(from, gtids)
  if (work === null) return 'not to be read from the binary log'
  const alone = work
    .flatMap(({ made }) => made)
    .filter((account) => from.accounts.includes(account) && !to.accounts.includes(account))
    .map((account) => `CREATE USER ${account}, which is not there`)
  return [...new Set([...work.flatMap(({ other }) => other), ...alone])].slice(0, NAMED).join(', ')
}

/** What these transactions did; null: some can't be read. */
function readOf({ log }: PassedOverFacts, gtids: GtidSet): readonly LoggedTransaction[] | null {
  const all = log === null ? null : readAccountLog(log)
  const wanted = all?.filter(({ gtid }) => contains(gtids, parseGtidSet('mysql', gtid))) ?? null
  return wanted !== null && wanted.length === count(gtids) ? wanted : null
}

/** Says that transactions are here, too; nothing else of them is done. */
function statementsFor(dialect: Dialect, gtids: GtidSet): readonly string[] {
  if (dialect.can('persistVariables'))
    return [`SET GLOBAL gtid_purged=${sqlString(`+${formatGtidSet('mysql', gtids)}`)}`]
  const each = [...gtids].flatMap(([origin, intervals]) =>
    intervals.flatMap(({ first, last }) =>
      Array.from(
        { length: last - first + 1 },
        (_, i) => `SET GTID_NEXT=${sqlString(`${origin}:${first + i}`)}; BEGIN; COMMIT`,
      ),
    ),
  )
  return [...each, "SET GTID_NEXT='AUTOMATIC'"]
}

function refuse({ host, peer, taskName }: Context, dialect: Dialect, passed: readonly Passed[]): MmhaError {
  const list = passed
    .map(({ at, gtids, why }) => `${at} never gets ${formatGtidSet('mysql', gtids)} (${why})`)
    .join('; ')
  const say = ({ at, gtids }: Passed) =>
    dialect.can('persistVariables')
      ? `on ${at}: SET GLOBAL gtid_purged='+${formatGtidSet('mysql', gtids)}'`
      : `on ${at}, for each of ${formatGtidSet('mysql', gtids)}: SET GTID_NEXT='…'; BEGIN; COMMIT`
  const what = `channels by position have passed over more than accounts: ${list}`
  const message = `${host.name} and ${peer.name} replicate already, by hand-made settings, but ${what}: their histories could not be compared after a crash`
  return new MmhaError(message, {
    code: 'HISTORY_UNTOLD',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: taskName,
    hint: `look what they did (mysqlbinlog --include-gtids): what is missing there must come over first, or by a copy (--seed-from); what is on both all the same is said so, ${passed.map(say).join('; ')}; docs/existing-data.md, then run this again`,
  })
}

interface Passed {
  readonly at: string
  readonly gtids: GtidSet
  readonly why: string
}

/**
 * The channels of a pair that was made by hand began at a position, and what each server did before it has GTIDs that the
 * other never gets. Where that was nothing but accounts, made on each host, they count as done there; else it is refused.
 */
export const pairPassedOver: Module<Record<string, never>, PassedOverFacts> = {
  name: 'pair_passed_over',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,
  shared: (context) => [databaseProbe(context)],
  probe: () => ':\n',

  closer: (_params, { facts, mine, theirs }) => {
    if (facts.server === null || !mine.up || !theirs.up) return null
    const dialect = serverDialect(facts.server, mine)
    if (!dialect.can('gtidMode')) return null
    const [given, lacked] = [mayNeverCome(mine, theirs), mayNeverCome(theirs, mine)]
    if (isEmpty(given) && isEmpty(lacked)) return null
    return [
      `${FACT_FUNCTIONS}${SQL_FUNCTIONS}`,
      `sql --raw --execute="SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user" | fact_rows account\n`,
      isEmpty(lacked) ? '' : caughtUp(dialect, theirs),
      isEmpty(readable(given)) ? '' : logOf(formatGtidSet('mysql', readable(given))),
    ].join('')
  },

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    const log = facts.text('log')
    return {
      ...parseReplication(stdout),
      gtidsThen: facts.text('gtids_then'),
      purged: facts.text('purged') ?? '',
      log: log === null ? null : Buffer.from(log, 'base64').toString('utf8'),
      accounts: facts.texts('account'),
    }
  },

  plan: (_params, context) => {
    const { facts, mine, theirs, host, peer, taskId, taskName } = context
    if (facts.server === null || !mine.up || !theirs.up) return []
    const dialect = serverDialect(facts.server, mine)
    if (!dialect.can('gtidMode')) return []
    const here = neverComes(theirs, mine)
    const there = neverComes(mine, theirs)
    const passed = [
      { at: host.name, gtids: here, why: isEmpty(here) ? '' : obstacle(here, theirs, mine) },
      { at: peer.name, gtids: there, why: isEmpty(there) ? '' : obstacle(there, mine, theirs) },
    ].filter(({ why }) => why !== '')
    if (passed.length > 0) throw refuse(context, dialect, passed)
    if (isEmpty(here)) return []
    const work = readOf(theirs, here)?.flatMap(({ accounts }) => accounts) ?? []
    return [
      {
        id: taskId,
        host: host.name,
        title: taskName,
        diff: [
          `~ ${formatGtidSet('mysql', here)} of ${peer.name} counts as done here: the channel by position has passed over it, and it is only accounts, made on each host`,
          ...work.map((statement) => `  ${statement}`),
        ].join('\n'),
        run: asRoot(statementsFor(dialect, here)),
        undo: { none: 'that a transaction is known is not forgotten again' },
        impact: 'none',
        notify: [],
      },
    ]
  },
}
