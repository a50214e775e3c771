import type { DaemonStatus } from '../keepalived/process/status.ts'

/** What one master says of itself; pure from here on. */
export interface NodeStatus {
  /** Name in the inventory. */
  readonly host: string
  readonly address: string
  /** null: see `problem`. */
  readonly status: DaemonStatus | null
  /** Why the host or its daemon could not be asked. */
  readonly problem: { readonly kind: 'unreachable' | 'no-daemon'; readonly text: string } | null
}

export interface Problem {
  /** null: of the pair. */
  readonly host: string | null
  readonly text: string
  /** The next thing to do. */
  readonly hint: string
}

type Instance = DaemonStatus['instances'][number]
type Database = DaemonStatus['databases'][number]

interface View {
  readonly host: string
  readonly status: DaemonStatus
  readonly instance: Instance
  readonly database: Database | null
}

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
        ? `look at ${host} itself; the other host serves alone meanwhile`
        : `on ${host}: systemctl status mmha-keepalived; journalctl -u mmha-keepalived`
    return [{ host, text: problem.text, hint }]
  })
  const views = viewsOf(nodes)
  const own = views.flatMap((view) => nodeProblems(view, inventory))
  return [...asked, ...own, ...pairProblems(views, nodes.length, inventory)]
}

function viewsOf(nodes: readonly NodeStatus[]): readonly View[] {
  return nodes.flatMap(({ host, status }) => {
    const instance = status?.instances[0]
    if (status === null || instance === undefined) return []
    const database = status.databases.find((one) => one.instance === instance.name) ?? null
    return [{ host, status, instance, database }]
  })
}

function nodeProblems({ host, status, instance, database }: View, inventory: string): Problem[] {
  const found: Problem[] = []
  const say = (text: string, hint: string) => found.push({ host, text, hint })
  if (status.maintenance) {
    say(
      'is in maintenance: it takes nothing over',
      `when you are done, on ${host}: mmha-keepalived ctl maintenance off`,
    )
  }
  if (database?.quarantine) {
    const { standing, why } = database.quarantine
    say(
      `is quarantined, ${standing}: ${why}`,
      `its own transactions are in ${host}:/var/lib/mmha/quarantine; to replace its data: mmha rejoin ${inventory} ${host} --reseed dump`,
    )
    return found
  }
  for (const { name, reason } of instance.trackers.filter(({ up, weight }) => up === false && weight === null)) {
    say(`${name} is down: ${reason}`, `on ${host}: journalctl -u mmha-keepalived`)
  }
  if (found.length === 0 && !instance.gate.open) {
    say(`must not take over: ${instance.gate.reason}`, `on ${host}: journalctl -u mmha-keepalived`)
  }
  return found
}

function pairProblems(views: readonly View[], hosts: number, inventory: string): Problem[] {
  const found: Problem[] = []
  const say = (host: string | null, text: string, hint: string) => found.push({ host, text, hint })
  const masters = views.filter(({ instance }) => instance.state === 'MASTER')
  if (views.length === hosts && masters.length === 0)
    say(null, 'nobody holds the address', 'what is said above keeps both from it')
  if (masters.length > 1)
    say(
      null,
      'both hosts say that they hold the address',
      `mmha lint the two files; is VRRP let through? mmha provision ${inventory}`,
    )
  if (views.filter(({ database }) => database?.writable === true).length > 1) {
    say(
      null,
      'both servers take writes',
      'the daemon of the one without the address closes it within a second; look again',
    )
  }
  for (const { host, instance, database } of views) {
    if (database === null || !database.up || database.quarantine !== null) continue
    if (instance.state === 'MASTER') {
      if (database.writable === false)
        say(host, 'holds the address and is read-only', `on ${host}: SELECT @@global.read_only; somebody has set it`)
      if (database.commitsWait !== true)
        say(
          host,
          'tells clients OK without the standby: what is written now is on it alone',
          'bring the other host back; do not switch this one off',
        )
      else if (!database.enforced)
        say(host, 'waits for the standby, which has not caught up with the time before', 'nothing, for a moment')
    } else if (masters.length === 1) {
      if (database.replicates !== true) say(host, 'does not replicate', `on ${host}: journalctl -u mmha-keepalived`)
      else if ((database.secondsBehind ?? 0) > LAG_S)
        say(host, `is ${database.secondsBehind} s behind`, 'wait; a switch is refused meanwhile')
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
): string {
  const views = new Map(viewsOf(nodes).map((view) => [view.host, view]))
  const rows = nodes.map(({ host, address, problem }) => {
    const view = views.get(host)
    if (view === undefined) return [host, address, 'UNKNOWN', problem?.text ?? 'no instance is configured']
    const { instance, database } = view
    return [
      host,
      address,
      instance.state,
      ...(database === null ? [] : [databaseText(database, instance.state === 'MASTER')]),
    ]
  })
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const table = rows.map((row) =>
    row
      .map((cell, at) => (at < 3 ? cell.padEnd(widths[at] ?? 0) : cell))
      .join('  ')
      .trimEnd(),
  )
  const verdict = problems.length === 0 ? ['whole: either host may be lost'] : []
  const said = problems.flatMap(({ host, text, hint }) => [
    `! ${host === null ? '' : `${host} `}${text}`,
    `  do: ${hint}`,
  ])
  return `${[`${name}  ${vip}`, ...table, ...verdict, ...said].join('\n')}\n`
}

/** By GTID where the standby knows what the holder has; the server's own seconds prove nothing. */
function behind({ transactionsBehind, secondsBehind }: Database): string {
  if (transactionsBehind === null) return `${secondsBehind ?? '?'} s`
  return transactionsBehind === 1 ? '1 transaction' : `${transactionsBehind} transactions`
}

function databaseText(database: Database, holder: boolean): string {
  if (!database.up) return 'database down'
  const epoch = database.epoch === null ? [] : [`epoch ${database.epoch}`]
  const open = database.writable === true ? 'takes writes' : 'read-only'
  const rest = holder
    ? [database.commitsWait === true ? 'each commit waits for the standby' : 'commits wait for nobody']
    : [database.replicates === true ? `replicates, ${behind(database)} behind` : 'does not replicate']
  return [open, ...epoch, ...rest].join(', ')
}
