import type { Language } from '../events/language.ts'
import { english, inLanguage, joined, type Text } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { status as message } from '../events/messages/status.ts'
import { spoken } from '../events/spoken.ts'
import { columns, padColumns } from '../events/width.ts'
import type { DaemonStatus } from '../keepalived/process/status.ts'

/** What one master says of itself; pure from here on. */
export interface NodeStatus {
  /** Name in the inventory. */
  readonly host: string
  readonly address: string
  /** null: see `problem`. */
  readonly status: DaemonStatus | null
  /** Why the host or its daemon could not be asked. */
  readonly problem: { readonly kind: 'unreachable' | 'no-daemon'; readonly text: Text } | null
  /** Where keepalived itself runs: who writes to the journal there. */
  readonly journal?: string
}

export interface Problem {
  /** null: of the pair. */
  readonly host: string | null
  readonly text: Text
  /** The next thing to do. */
  readonly hint: Text
}

type Instance = DaemonStatus['instances'][number]
type Database = DaemonStatus['databases'][number]

interface View {
  readonly host: string
  readonly status: DaemonStatus
  readonly instance: Instance
  readonly database: Database | null
  /** Its daemon saves what only it has when it sets it aside; keepalived itself does not. */
  readonly saves: boolean
}

const OUR_JOURNAL = 'journalctl -u mmha-keepalived'

/** Replication further behind than this is said, s. */
const LAG_S = 10

/** @returns hosts that have the address, by what their daemons say */
export function holdersOf(nodes: readonly NodeStatus[]): readonly string[] {
  return viewsOf(nodes).flatMap(({ host, instance }) => (instance.state === 'MASTER' ? [host] : []))
}

/** Everything that keeps the pair from surviving the loss of either host; [] when nothing does. */
export function problemsOf(nodes: readonly NodeStatus[], inventory: string): readonly Problem[] {
  const asked = nodes.flatMap(({ host, problem }): Problem[] => {
    if (problem === null) return []
    const hint =
      problem.kind === 'unreachable'
        ? message('problem.unreachable.do', { host })
        : message('problem.no-daemon.do', { host })
    return [{ host, text: problem.text, hint }]
  })
  const views = viewsOf(nodes)
  const own = views.flatMap((view) => nodeProblems(view, inventory))
  const journals = new Map(nodes.map(({ host, journal }) => [host, journal]))
  return [...asked, ...own, ...pairProblems(views, nodes.length, inventory)].map((problem) => {
    const journal = problem.host === null ? undefined : journals.get(problem.host)
    return journal === undefined ? problem : { ...problem, hint: replaced(problem.hint, OUR_JOURNAL, journal) }
  })
}

function viewsOf(nodes: readonly NodeStatus[]): readonly View[] {
  return nodes.flatMap(({ host, status, journal }) => {
    const instance = status?.instances[0]
    if (status === null || instance === undefined) return []
    const database = status.databases.find((one) => one.instance === instance.name) ?? null
    return [{ host, status, instance, database, saves: journal === undefined }]
  })
}

function nodeProblems({ host, status, instance, database, saves }: View, inventory: string): Problem[] {
  const found: Problem[] = []
  const say = (text: Text, hint: Text) => found.push({ host, text, hint })
  if (status.maintenance) {
    say(message('problem.maintenance'), message('problem.maintenance.do', { host }))
  }
  if (database?.quarantine) {
    const { standing, why } = database.quarantine
    const own = saves ? 'problem.quarantined.do' : 'problem.quarantined-unsaved.do'
    const todo = standing === 'diverged' ? own : 'problem.rolled-back.do'
    say(
      message('problem.quarantined', { standing: spoken(standing), why: spoken(why) }),
      message(todo, { host, inventory }),
    )
    return found
  }
  for (const { name, reason } of instance.trackers.filter(({ up, weight }) => up === false && weight === null)) {
    say(message('problem.tracker', { name, reason: reason ?? '' }), message('problem.journal.do', { host }))
  }
  if (found.length === 0 && !instance.gate.open) {
    say(message('problem.gate', { reason: instance.gate.reason ?? '' }), message('problem.journal.do', { host }))
  }
  return found
}

function pairProblems(views: readonly View[], hosts: number, inventory: string): Problem[] {
  const found: Problem[] = []
  const say = (host: string | null, text: Text, hint: Text) => found.push({ host, text, hint })
  const masters = views.filter(({ instance }) => instance.state === 'MASTER')
  if (views.length === hosts && masters.length === 0)
    say(null, message('problem.nobody'), message('problem.nobody.both.do'))
  const [left] = views
  if (left !== undefined && views.length < hosts && masters.length === 0)
    say(null, message('problem.nobody'), message('problem.nobody.one.do', { inventory, host: left.host }))
  if (masters.length > 1) say(null, message('problem.both-hold'), message('problem.both-hold.do', { inventory }))
  if (views.filter(({ database }) => database?.writable === true).length > 1) {
    say(null, message('problem.both-write'), message('problem.both-write.do'))
  }
  for (const { host, instance, database } of views) {
    if (database === null || !database.up || database.quarantine !== null) continue
    if (instance.state === 'MASTER') {
      if (database.writable === false)
        say(host, message('problem.holder-read-only'), message('problem.holder-read-only.do', { host }))
      if (database.commitsWait !== true) say(host, message('problem.alone'), message('problem.alone.do'))
      else if (!database.enforced) say(host, message('problem.catching-up'), message('problem.catching-up.do'))
    } else if (masters.length === 1) {
      if (database.refusal)
        say(
          host,
          message('problem.refusal', { why: database.refusal }),
          message('problem.refusal.do', { host, inventory }),
        )
      else if (database.replicates !== true)
        say(host, message('problem.replicates-not'), message('problem.journal.do', { host }))
      else if ((database.secondsBehind ?? 0) > LAG_S)
        say(host, message('problem.behind', { seconds: database.secondsBehind ?? 0 }), message('problem.behind.do'))
    }
  }
  return found
}

/** For a terminal: a line a host, then what is wrong and what to do. */
export function statusText(
  name: string,
  vip: string,
  nodes: readonly NodeStatus[],
  problems: readonly Problem[],
  language: Language = 'en',
): string {
  const shown = (text: Text) => inLanguage(text, language)
  const views = new Map(viewsOf(nodes).map((view) => [view.host, view]))
  const rows = nodes.map(({ host, address, problem }) => {
    const view = views.get(host)
    if (view === undefined)
      return [host, address, message('status.unknown')[language], shown(problem?.text ?? message('status.no-instance'))]
    const { instance, database } = view
    return [
      host,
      address,
      instance.state,
      ...(database === null ? [] : [shown(databaseText(database, instance.state === 'MASTER'))]),
    ]
  })
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => columns(row[at] ?? ''))))
  const table = rows.map((row) =>
    row
      .map((cell, at) => (at < 3 ? padColumns(cell, widths[at] ?? 0) : cell))
      .join('  ')
      .trimEnd(),
  )
  const verdict = problems.length === 0 ? [shown(message('status.whole'))] : []
  const said = problems.flatMap(({ host, text, hint }) => [
    `! ${host === null ? '' : `${host} `}${shown(text)}`,
    frame('error.do', { what: hint })[language],
  ])
  return `${[`${name}  ${vip}`, ...table, ...verdict, ...said].join('\n')}\n`
}

/** By GTID where the standby knows what the holder has; the server's own seconds prove nothing. */
function behind({ transactionsBehind, secondsBehind }: Database): Text {
  if (transactionsBehind === null) return message('status.seconds', { seconds: secondsBehind ?? '?' })
  return message('status.transactions', { count: transactionsBehind })
}

function databaseText(database: Database, holder: boolean): Text {
  if (!database.up) return message('status.database-down')
  const epoch = database.epoch === null ? [] : [message('status.epoch', { epoch: database.epoch })]
  const open = message(database.writable === true ? 'status.writes' : 'status.read-only')
  const rest = holder
    ? [message(database.commitsWait === true ? 'status.waits' : 'status.waits-not')]
    : [
        database.replicates === true
          ? message('status.replicates', { behind: behind(database) })
          : message('status.replicates-not'),
      ]
  return joined([open, ...epoch, ...rest], 'clause')
}

/** As programs get it: English, with the code of what is wrong where it has one. */
export function problemDocument({ host, text, hint }: Problem): object {
  return { host, ...(typeof text === 'string' ? {} : { code: text.code }), text: english(text), hint: english(hint) }
}

/** As programs get it: English. */
export function nodeDocument(node: NodeStatus): object {
  const { problem } = node
  return problem === null ? node : { ...node, problem: { ...problem, text: english(problem.text) } }
}

/** In every language. */
function replaced(text: Text, from: string, to: string): Text {
  if (typeof text === 'string') return text.replace(from, to)
  return { ...text, en: text.en.replace(from, to), zh: text.zh.replace(from, to) }
}
