import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { hasAddress } from '../hosts/host-facts.ts'
import { ROLE_USER } from '../mysql/account.ts'
import { dialectOf } from '../mysql/dialect.ts'
import { sqlAccount } from '../mysql/quote.ts'
import { writableStatements } from '../mysql/read-only.ts'
import { databaseProbe } from './database-probe.ts'
import type { Module, PlanContext } from './module.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { asRoot } from './mysql-session.ts'
import { placeFile, restoreFile } from './placed-file.ts'
import { type Impact, type Script, type Step, sh, shellQuote } from './step.ts'
import {
  parseTeardown,
  type Role,
  roleMark,
  TEARDOWN_PROBE,
  type TeardownFacts,
  withoutRole,
} from './teardown-facts.ts'
import { UNIT_PROBE } from './unit-probe.ts'

export interface PairTeardownParams {
  /** In this order, each in a play of its own. */
  readonly part: 'settings' | 'daemon' | 'replication' | 'remains'
  /** What becomes of the standby: it goes on following, read-only, or is a server of its own. */
  readonly standby: 'replica' | 'alone'
  /** Name of the host that is to take the writes; null: the one that has the VIP. */
  readonly holder: string | null
}

type Context = PlanContext<TeardownFacts>

/** Takes mmha off a pair, and leaves two working servers. What each is to be is written into its option file first. */
export const pairTeardown: Module<PairTeardownParams, TeardownFacts> = {
  name: 'pair_teardown',
  params: z.strictObject({
    part: z.enum(['settings', 'daemon', 'replication', 'remains']),
    standby: z.enum(['replica', 'alone']).default('replica'),
    holder: z.string().nullable().default(null),
  }),

  shared: (context) => [UNIT_PROBE, databaseProbe(context)],
  probe: () => TEARDOWN_PROBE,
  parse: parseTeardown,

  plan: (params, context) => {
    const role = roleOf(params, context)
    if (params.part === 'settings') return settings(role, context)
    if (params.part === 'daemon') return daemon(role, context)
    return params.part === 'replication' ? replication(role, context) : remains(role, params.standby, context)
  },
}

function roleOf({ standby, holder }: PairTeardownParams, context: Context): Role {
  const { host, peer, mine, theirs, facts, peerFacts, inventory } = context
  if (mine.role !== null) return mine.role
  const has = (one: Context['facts']) => hasAddress(one, inventory.vip.address)
  // A run that was cut has marked one of them.
  const marked = theirs.role === null ? null : theirs.role === 'source' ? peer.name : host.name
  const vip = has(facts) === has(peerFacts) ? null : has(facts) ? host.name : peer.name
  const source = marked ?? holder ?? vip
  if (source === null || ![host.name, peer.name].includes(source)) {
    throw new MmhaError('neither host holds the VIP: which one is to take the writes?', {
      code: 'NO_HOLDER',
      source: 'user',
      exit: EXIT.refused,
      host: host.name,
      where: context.taskName,
      hint: `say it with --holder ${host.name} or --holder ${peer.name}, or bring the pair up first (mmha status)`,
    })
  }
  return source === host.name ? 'source' : standby
}

const WHAT: Readonly<Record<Role, string>> = {
  source: 'takes the writes',
  replica: 'follows, read-only',
  alone: 'is a server of its own, writable',
}

function settings(role: Role, context: Context): Step[] {
  const { file } = context.mine
  if (file === null || context.mine.role !== null) return []
  const { path, content } = file
  // Nothing in it needs a restart: what is newer than the server would look so.
  const text = withoutRole(content, role)
  const place = placeFile({ path, content: sh`${text}`, mode: '0644', check: `touch -r ${shellQuote(path)} "$new"` })
  const vip = context.inventory.vip.address
  const gone = role === 'source' ? [`! the address ${vip} goes: clients have to use ${context.host.address}`] : []
  const diff = [`~ ${path}: ${context.host.name} ${WHAT[role]}, also after a restart`, ...gone]
  return [
    step(context, 'settings', `settings without the pair: ${roleMark(role)}`, diff, place, restoreFile(path), [path]),
  ]
}

function daemon(role: Role, context: Context): Step[] {
  const { mine, facts } = context
  const unit = 'mmha-keepalived.service'
  const stops = mine.daemonRuns || mine.daemonEnabled
  const stop = sh`systemctl disable --now ${unit}\n`
  const impact = role === 'source' && mine.daemonRuns ? 'vip-moves' : 'none'
  const steps = stops
    ? [
        step(
          context,
          'daemon',
          'stop mmha-keepalived',
          ['- started, enabled'],
          stop,
          sh`systemctl enable --now ${unit}\n`,
          [],
          impact,
        ),
      ]
    : []
  if (role === 'replica' || facts.server === null || !(mine.readOnly || mine.daemonRuns)) return steps
  const statements = [...writableStatements(dialectOf(facts.server.version)), 'SET GLOBAL event_scheduler=ON']
  // Not as asRoot does it, which leaves a server as closed as it was.
  const open = sh`${SQL_FUNCTIONS}sql <<'MMHA_END_OF_SQL'\n${statements.map((one) => `${one};\n`).join('')}MMHA_END_OF_SQL\n`
  return [
    ...steps,
    step(context, 'open', 'open for writes', ['+ read_only=OFF, event_scheduler=ON'], open, { none: '' }),
  ]
}

function replication(role: Role, context: Context): Step[] {
  const { mine, facts } = context
  if (facts.server === null || !mine.channel) return []
  const { stopReplica, resetReplicaAll, startReplica } = dialectOf(facts.server.version).statement
  const sql = (...statements: readonly string[]) =>
    sh`${SQL_FUNCTIONS}${statements.map((one) => `sql --execute=${shellQuote(one)}\n`).join('')}`
  if (role !== 'replica') {
    const diff = [`- replicate from ${context.peer.name}`]
    const none = { none: 'the password of the channel is not kept' }
    return [step(context, 'channel', 'follow nobody', diff, sql(stopReplica, resetReplicaAll), none)]
  }
  if (mine.channelRuns) return []
  const wait = sh`for attempt in $(seq 50); do
  [ "$(channel_status | grep -Ec '_(IO|SQL)_Running: Yes')" = 2 ] && exit 0
  sleep 0.2
done
channel_status | grep -E 'Last_.*Error: .' >&2 || :
exit 1
`
  const diff = [`+ replicate from ${context.peer.name}`]
  return [step(context, 'channel', 'go on following', diff, sh`${sql(startReplica)}${wait}`, { none: '' })]
}

function remains(role: Role, standby: Role, context: Context): Step[] {
  const { mine, inventory, peer } = context
  const steps: Step[] = []
  if (mine.installed) {
    const run = sh`DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 purge mmha-keepalived\n`
    const none = { none: 'provision again instead' }
    steps.push(step(context, 'package', 'remove mmha-keepalived', ['- package mmha-keepalived'], run, none))
  }
  if (mine.left.length > 0) {
    const paths = mine.left.map(shellQuote).join(' ')
    const run = sh`rm -f ${paths}
for path in ${paths}; do rmdir "$(dirname "$path")" 2>/dev/null || :; done
systemctl daemon-reload
`
    const back = mine.left.reduce<Script>((script, path) => sh`${script}${restoreFile(path)}`, sh``)
    const diff = mine.left.map((path) => `- ${path}`)
    steps.push(step(context, 'files', 'remove its files', diff, run, sh`${back}systemctl daemon-reload\n`, mine.left))
  }
  const replicationUser = sqlAccount(inventory.replication.user, peer.replicationAddress)
  const follower = role === 'source' && (context.theirs.role ?? standby) === 'replica'
  const drops = [
    ...(mine.roleAccount ? [`DROP USER IF EXISTS ${sqlAccount(ROLE_USER, 'localhost')}`] : []),
    ...(mine.replicationAccount && !follower ? [`DROP USER IF EXISTS ${replicationUser}`] : []),
    ...(mine.schema ? ['DROP DATABASE IF EXISTS mmha'] : []),
  ]
  if (drops.length === 0) return steps
  const none = { none: 'provision again instead: it makes new ones' }
  return [
    ...steps,
    step(
      context,
      'accounts',
      'drop its accounts and its schema',
      drops.map((one) => `- ${one}`),
      asRoot(drops),
      none,
    ),
  ]
}

function step(
  { taskId, host }: Context,
  part: string,
  title: string,
  diff: readonly string[],
  run: Script,
  undo: Step['undo'],
  writes: readonly string[] = [],
  impact: Impact = 'none',
): Step {
  return {
    id: `${taskId}/${part}`,
    host: host.name,
    title,
    diff: diff.join('\n'),
    run,
    undo,
    impact,
    notify: [],
    writes,
  }
}
