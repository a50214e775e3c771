import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { sqlString } from '../mysql/quote.ts'
import { comesFrom, follows } from './handmade-pair.ts'
import type { Module, PlanContext } from './module.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { type MysqlConfigFacts, mysqlConfig } from './mysql-config.ts'
import { IN_STEP, wantedSettings } from './mysql-config-settings.ts'
import { pathFor } from './mysql-option-file.ts'
import { parseReplication, type ReplicationFacts } from './mysql-replication-facts.ts'
import { placeFile, restoreFile } from './placed-file.ts'
import { serverDialect } from './server-dialect.ts'
import { renderShipped } from './shipped-template.ts'
import { type Script, type Step, sh, shellQuote } from './step.ts'

export type GtidsFacts = ReplicationFacts & MysqlConfigFacts

export interface GtidsParams {
  /**
   * permit: what clients do is watched, and transactions with GTIDs are taken; begin: what begins has one, and what began
   * without has ended; settle: what the peer wrote without is applied; only: nothing without a GTID any more.
   */
  readonly stage: 'permit' | 'begin' | 'settle' | 'only'
  /** s to watch what clients do. */
  readonly watch: number
  /** s that a stage may wait. */
  readonly timeout: number
}

type Context = PlanContext<GtidsFacts>
type Stage = Pick<Step, 'diff' | 'run' | 'undo'> & Pick<Partial<Step>, 'writes'>

/** A server by its word: OFF, OFF_PERMISSIVE, ON_PERMISSIVE, ON. */
function modeOf({ running }: GtidsFacts): string {
  return running?.gtid_mode ?? ''
}

/** No holder of ours has ever been, one replicates from the other, and not every transaction has a GTID. */
function mustSwitch(mine: GtidsFacts, theirs: GtidsFacts): boolean {
  const joined = comesFrom(mine, theirs) || comesFrom(theirs, mine)
  return joined && mine.epochs === 0 && theirs.epochs === 0 && [mine, theirs].some((facts) => modeOf(facts) !== 'ON')
}

/** A restart in the middle has one begin with OFF again, and then its channel ends where the other is further. */
function fellBack(mine: GtidsFacts, theirs: GtidsFacts): boolean {
  return modeOf(mine) === 'OFF' && modeOf(theirs) !== 'OFF'
}

function refuseWhereStopped({ mine, theirs, host, peer, taskName }: Context): void {
  if (!comesFrom(mine, theirs) || follows(mine, theirs) || fellBack(mine, theirs)) return
  throw new MmhaError(
    `${host.name} does not replicate from ${peer.name} now: GTIDs are switched on only while it does`,
    {
      code: 'REPLICATION_STOPPED',
      source: 'user',
      exit: EXIT.refused,
      host: host.name,
      where: taskName,
      hint: 'see what SHOW REPLICA STATUS says there, let the channel go on, then run this again',
    },
  )
}

/** MySQL 5.7 counts no errors: there its log tells. */
const VIOLATIONS = `violations() {
  counted=$(sql --execute="SELECT SUM(SUM_ERROR_RAISED) FROM performance_schema.events_errors_summary_global_by_error
    WHERE ERROR_NAME REGEXP '^ER_(CLIENT_)?GTID_UNSAFE_'" 2>/dev/null || :)
  case $counted in
    ''|NULL) said_of_gtids | wc -l ;;
    *) echo "$counted" ;;
  esac
}
said_of_gtids() {
  log=$(sql --execute='SELECT @@GLOBAL.log_error')
  case $log in /*) ;; *) log=$(sql --execute='SELECT @@GLOBAL.datadir')/$log ;; esac
  if [ -f "$log" ]; then grep 'violates GTID consistency' "$log" || :; fi
}
`

function permit({ mine, theirs }: Context, dialect: Dialect, watch: number): Stage | null {
  if (modeOf(mine) !== 'OFF') return null
  const before = mine.running?.enforce_gtid_consistency ?? 'OFF'
  const watched = sh`${VIOLATIONS}
sql --execute='SET GLOBAL enforce_gtid_consistency=WARN'
before=$(violations)
deadline=$(( $(date +%s) + ${watch} ))
while [ "$(date +%s)" -lt "$deadline" ]; do
  sleep 0.5
  [ "$(violations)" = "$before" ] || break
done
if [ "$(violations)" != "$before" ]; then
  sql --execute=${shellQuote(`SET GLOBAL enforce_gtid_consistency=${before}`)}
  echo 'what clients do is not possible with GTIDs, nothing is changed; the error log of this server says what it is:' >&2
  said_of_gtids | tail -n 3 | cut -c 1-300 >&2
  exit 1
fi
`
  const goOn =
    fellBack(mine, theirs) && comesFrom(mine, theirs)
      ? sh`sql --execute=${shellQuote(dialect.statement.startReplica)}\n`
      : sh``
  return {
    diff: [
      ...(before === 'ON'
        ? []
        : [
            `~ enforce_gtid_consistency: ${before} → WARN (for ${watch} s: whether clients do what is not possible with GTIDs)`,
          ]),
      '~ gtid_mode: OFF → OFF_PERMISSIVE (online; transactions with GTIDs are taken, too)',
    ].join('\n'),
    run: sh`${SQL_FUNCTIONS}${before === 'ON' ? sh`` : watched}sql --execute='SET GLOBAL gtid_mode=OFF_PERMISSIVE'\n${goOn}`,
    undo: { none: 'OFF_PERMISSIVE writes as before, and the peer may be a step further' },
  }
}

function begin({ mine }: Context, timeout: number): Stage | null {
  if (modeOf(mine) === 'ON') return null
  return {
    diff: [
      '~ enforce_gtid_consistency: ON (gtid_mode needs it)',
      `~ gtid_mode: ON_PERMISSIVE (online; what begins from now on has a GTID), and at most ${timeout} s until what began without has ended`,
    ].join('\n'),
    run: sh`${SQL_FUNCTIONS}sql --execute='SET GLOBAL enforce_gtid_consistency=ON; SET GLOBAL gtid_mode=ON_PERMISSIVE'
ongoing() { sql --execute="SHOW GLOBAL STATUS LIKE 'Ongoing_anonymous_transaction_count'" | cut -f 2; }
deadline=$(( $(date +%s) + ${timeout} ))
while [ "$(ongoing)" != 0 ]; do
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "after ${timeout} s there are still transactions that began without a GTID: $(ongoing); see information_schema.INNODB_TRX for the oldest" >&2
    exit 1
  fi
  sleep 0.2
done
`,
    undo: { none: 'ON_PERMISSIVE takes transactions with and without GTIDs, and the peer may be a step further' },
  }
}

/** Until the channel is where its source's log ended when this was planned. */
function applied({ mine, theirs, peer }: Context, dialect: Dialect, timeout: number): Script {
  const { position } = theirs
  if (!comesFrom(mine, theirs) || position === null) return sh``
  const wait = `SELECT ${dialect.statement.positionWait}(${sqlString(position.file)}, ${position.position}, ${timeout})`
  return sh`case $(sql --execute=${shellQuote(wait)}) in
  [0-9]*) ;;
  *)
    echo ${shellQuote(`what ${peer.name} has written is not applied here after ${timeout} s`)} >&2
    channel_status | sed -n 's/^ *\\(Last_[A-Z]*_*Error: ..*\\)/\\1/p; s/^ *\\(Seconds_Behind_.*\\)/\\1/p' >&2
    exit 1
    ;;
esac
`
}

/** What is applied of the peer's stands in this log without GTIDs, too: a new log has none. By GTID nobody begins in the old one. */
function settle(context: Context, dialect: Dialect, timeout: number): Stage {
  const { mine, theirs, peer } = context
  const waits = comesFrom(mine, theirs)
    ? [`~ waits until all is applied that ${peer.name} wrote without GTIDs, ${timeout} s at most`]
    : []
  return {
    diff: [...waits, '~ a new binary log begins, which holds nothing without a GTID'].join('\n'),
    run: sh`${SQL_FUNCTIONS}${applied(context, dialect, timeout)}sql --execute='FLUSH BINARY LOGS'\n`,
    undo: { none: '' },
  }
}

function only(context: Context, dialect: Dialect, timeout: number): Stage | null {
  const { mine } = context
  if (modeOf(mine) === 'ON') return null
  const path = pathFor(dialect.flavour, mine.directories)
  const wanted = wantedSettings(dialect, context.inventory, context.host)
  const settings = wanted.filter(({ name }) => IN_STEP.has(name))
  const kept =
    mine.file === null
      ? placeFile({ path, content: sh`${renderShipped('my.cnf.hbs', { settings })}`, mode: '0644' })
      : sh``
  return {
    diff: [
      '~ gtid_mode: ON (online; histories can be compared after a crash)',
      ...(mine.file === null ? [`+ ${path}: gtid_mode = ON, so that a restart does not bring OFF back`] : []),
    ].join('\n'),
    run: sh`${SQL_FUNCTIONS}${applied(context, dialect, timeout)}(\n${kept})\nsql --execute='SET GLOBAL gtid_mode=ON'\n`,
    undo: sh`${SQL_FUNCTIONS}sql --execute='SET GLOBAL gtid_mode=ON_PERMISSIVE'\n${mine.file === null ? restoreFile(path) : sh``}`,
    ...(mine.file === null ? { writes: [path] } : {}),
  }
}

function stageOf(params: GtidsParams, context: Context, dialect: Dialect): Stage | null {
  switch (params.stage) {
    case 'permit':
      return permit(context, dialect, params.watch)
    case 'begin':
      return begin(context, params.timeout)
    case 'settle':
      return settle(context, dialect, params.timeout)
    case 'only':
      return only(context, dialect, params.timeout)
  }
}

/**
 * GTIDs are switched on in a pair that was made by hand, while clients write: the manual's procedure, each stage on both
 * servers before the next. Which stage is missing is read off both servers, so that a run that was cut anywhere is gone on with.
 */
export const pairGtids: Module<GtidsParams, GtidsFacts> = {
  name: 'pair_gtids',
  params: z.strictObject({
    stage: z.enum(['permit', 'begin', 'settle', 'only']),
    watch: z.number().int().nonnegative().default(15),
    timeout: z.number().int().positive().default(60),
  }) as z.ZodType<GtidsParams>,
  shared: (context) => mysqlConfig.shared?.(context) ?? [],
  probe: (_params, context) => mysqlConfig.probe({}, context),
  parse: (stdout) => ({ ...parseReplication(stdout), ...mysqlConfig.parse(stdout) }),

  plan: (params, context) => {
    const { facts, mine, theirs, host, taskId, taskName } = context
    if (facts.server === null || !mine.up || !theirs.up) return []
    const dialect = serverDialect(facts.server, mine)
    if (!dialect.can('gtidMode') || !mustSwitch(mine, theirs)) return []
    refuseWhereStopped(context)
    const stage = stageOf(params, context, dialect)
    if (stage === null) return []
    return [{ id: taskId, host: host.name, title: taskName, impact: 'none', notify: [], together: true, ...stage }]
  },
}
