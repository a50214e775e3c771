import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { EPOCH_SCHEMA } from '../mysql/epoch.ts'
import { clientsWriteHere } from './clients-here.ts'
import { databaseProbe } from './database-probe.ts'
import { FactLines } from './fact-lines.ts'
import {
  gtidOf,
  type HandmadeFacts,
  logsReceived,
  type Mark,
  marksAfter,
  marksBefore,
  untellable,
} from './handmade-history.ts'
import { isHandmade, parseAdoption } from './handmade-pair.ts'
import type { Module, PlanContext } from './module.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { serverDialect } from './server-dialect.ts'
import { type Script, type Step, sh } from './step.ts'

export interface MarksParams {
  /** Around the restart of the standby. */
  readonly stage: 'before' | 'after'
}

type Context = PlanContext<HandmadeFacts>

/** s that what is under way may take. */
const UNDER_WAY = 60

/** Of all statements one that is logged even where it changes nothing, and makes what the pair needs anyway. */
const [MARK = ''] = EPOCH_SCHEMA

function write(marks: readonly Mark[]): string {
  const statements = marks.map(
    ({ domain, server, number }) =>
      `SET SESSION gtid_domain_id=${domain}, server_id=${server}, gtid_seq_no=${number};\n${MARK};\n`,
  )
  return `sql <<'MMHA_END_OF_SQL'\n${statements.join('')}MMHA_END_OF_SQL\n`
}

/** sh that ends when these have been applied here, and all that was written before them. */
function applied(marks: readonly Mark[], from: string): string {
  const last = [...new Map(marks.map((mark) => [mark.domain, mark])).values()].map(gtidOf).join(',')
  return `came=$(sql --execute="SELECT MASTER_GTID_WAIT('${last}', ${UNDER_WAY})")
[ "$came" = 0 ] || {
  echo 'what ${from} has written was not all applied here within ${UNDER_WAY} s: see SHOW SLAVE STATUS, and run this again when it does not lag' >&2
  exit 1
}
`
}

/** A standby that was open stays closed from here on, unless this comes to nothing. */
function closed({ mine }: Context): string {
  const reopen = mine.readOnly ? '' : `trap '[ $? = 0 ] || sql --execute="SET GLOBAL read_only=OFF"' EXIT\n`
  const strict =
    mine.variables.gtid_strict_mode === 'ON' && logsReceived(mine) ? 'SET GLOBAL gtid_strict_mode=OFF; ' : ''
  return `${reopen}sql --execute='${strict}SET SESSION lock_wait_timeout=${UNDER_WAY}; SET GLOBAL read_only=ON'\n`
}

function step({ taskId, taskName, host }: Context, run: Script, diff: readonly string[], undo: Step['undo']): Step {
  return { id: taskId, host: host.name, title: taskName, diff: diff.join('\n'), run, undo, impact: 'none', notify: [] }
}

const STAYS = { none: 'what stands in a binary log stays there' }

function before(context: Context, inUse: boolean): readonly Step[] {
  const { mine, theirs, host, peer } = context
  const [used, standby] = inUse ? [mine, theirs] : [theirs, mine]
  const names = inUse ? { used: host.name, standby: peer.name } : { used: peer.name, standby: host.name }
  const why = untellable(used, standby, names)
  if (why !== null) throw refuse(context, why)
  const marks = marksBefore(used, standby)
  if (marks === null) return []
  if (inUse) {
    const past = logsReceived(used) ? '' : write(marks.past)
    const diff = [
      `~ waits until all that ${peer.name} has written is applied here`,
      ...(past === '' ? [] : marks.past.map((mark) => `+ ${said(mark)} (it is here, and this log did not say so)`)),
      ...marks.own.map((mark) => `+ ${said(mark)} (numbers only go up)`),
    ]
    const run = sh`${SQL_FUNCTIONS}${past}${applied(marks.past, peer.name)}${write(marks.own)}`
    return [step(context, run, diff, STAYS)]
  }
  const diff = [
    ...(mine.readOnly ? [] : ['~ read_only: OFF → ON (one server is written to from here on, and its peer has all)']),
    ...marks.past.map((mark) => `+ ${said(mark)} (the last that was written here: where it arrives, all has arrived)`),
    `~ waits until it has caught up with ${peer.name}`,
  ]
  const run = sh`${SQL_FUNCTIONS}${closed(context)}${write(marks.past)}${applied(marks.own, peer.name)}`
  const undo = mine.readOnly ? STAYS : sh`${SQL_FUNCTIONS}sql --execute='SET GLOBAL read_only=OFF'\n`
  return [step(context, run, diff, undo)]
}

function after(context: Context, inUse: boolean): readonly Step[] {
  const { mine, theirs, peer } = context
  const [used, standby] = inUse ? [mine, theirs] : [theirs, mine]
  const marks = marksAfter(used, standby)
  if (marks === null) return []
  if (inUse) {
    const diff = marks.map((mark) => `+ ${said(mark)} (${peer.name} logs from now on what comes from here)`)
    return [step(context, sh`${SQL_FUNCTIONS}${write(marks)}`, diff, STAYS)]
  }
  // A run that was cut may have left its channel stopped.
  const run = sh`${SQL_FUNCTIONS}sql --execute='START SLAVE'\n${applied(marks, peer.name)}`
  return [step(context, run, [`~ waits until a mark of ${peer.name} stands in this log`], { none: '' })]
}

const said = ({ domain, server, number }: Mark): string =>
  `mark ${domain}-${server}-${number} in the binary log: ${MARK}`

function refuse({ host, peer, taskName }: Context, why: string): MmhaError {
  const [first, second] = host.index === 0 ? [host.name, peer.name] : [peer.name, host.name]
  const message = `${first} and ${second} replicate already, by hand-made settings, but ${why}: their histories could not be compared after a crash`
  return new MmhaError(message, {
    code: 'HISTORY_UNTOLD',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: taskName,
    hint: 'see SHOW SLAVE STATUS there, make both channels run (START SLAVE), then run this again',
  })
}

/**
 * Two MariaDB servers that somebody has made a pair of, without log_slave_updates: each log tells of its own writes only,
 * and nobody could compare the two after a crash. With marks in both logs they tell all, from the standby's restart on.
 */
export const mysqlMarks: Module<MarksParams, HandmadeFacts> = {
  name: 'mysql_marks',
  params: z.strictObject({ stage: z.enum(['before', 'after']) }),
  shared: (context) => [databaseProbe(context)],
  probe: () => ':\n',
  parse: (stdout) => {
    const facts = new FactLines(stdout)
    return {
      ...parseAdoption(stdout),
      place: facts.text('place') ?? '',
      readOnly: !['0', 'OFF', ''].includes(facts.text('read_only') ?? ''),
    }
  },

  plan: ({ stage }, context) => {
    const { facts, peerFacts, mine, theirs } = context
    if (facts.server === null || peerFacts.server === null || !mine.up || !theirs.up) return []
    if (!isHandmade(mine, theirs) || !serverDialect(facts.server, mine).can('gtidDomains')) return []
    const inUse = clientsWriteHere(context)
    return stage === 'before' ? before(context, inUse) : after(context, inUse)
  },
}
