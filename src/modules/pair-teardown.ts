import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { hasAddress } from '../hosts/host-facts.ts'
import { pairWords } from '../inventory/inventory.ts'
import { ROLE_USER } from '../mysql/account.ts'
import { sqlAccount } from '../mysql/quote.ts'
import { writableStatements } from '../mysql/read-only.ts'
import { databaseProbe } from './database-probe.ts'
import { unitOf } from './keepalived-engine.ts'
import { purgeOurPackage } from './keepalived-install.ts'
import type { Module, PlanContext } from './module.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { wantedSettings } from './mysql-config-settings.ts'
import { asRoot } from './mysql-session.ts'
import { placeFile, restoreFile } from './placed-file.ts'
import { serverDialect } from './server-dialect.ts'
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

/**
 * Who has the address takes the writes. Once it is gone, what the option files say counts: a run that was cut has written it
 * there. Where both speak and differ, the address was taken over since.
 * @throws MmhaError NO_HOLDER, HOLDER_ELSEWHERE, VIP_MOVED (exit 5)
 */
function roleOf({ part, standby, holder }: PairTeardownParams, context: Context): Role {
  const { host, peer, mine, theirs, facts, peerFacts, inventory, written } = context
  const has = (one: Context['facts']) => hasAddress(one, inventory.vip.address)
  const vip = has(facts) === has(peerFacts) ? null : has(facts) ? host.name : peer.name
  const marked = theirs.role === null ? null : theirs.role === 'source' ? peer.name : host.name
  if (vip === null && mine.role !== null) return mine.role
  const source = vip ?? marked ?? holder
  if (source === null || ![host.name, peer.name].includes(source)) {
    throw refuse(
      context,
      'NO_HOLDER',
      'neither host holds the VIP: which one is to take the writes?',
      `say it with --holder ${host.name} or --holder ${peer.name}, or bring the pair up first (mmha status)`,
    )
  }
  if (vip !== null && holder !== null && holder !== vip) {
    const hint = `move it first: mmha switchover ${pairWords(inventory)} --to ${holder}; or leave --holder out`
    throw refuse(context, 'HOLDER_ELSEWHERE', `${vip} holds the VIP, not ${holder}`, hint)
  }
  const role = source === host.name ? 'source' : (follower(mine.role) ?? standby)
  // In a plan of all parts the settings come first, and say it anew.
  if (part !== 'settings' && written === undefined && mine.role !== null && mine.role !== role) {
    const hint = 'run the same command again: it looks anew who takes the writes'
    throw refuse(context, 'VIP_MOVED', `${source} has taken the VIP over since this began`, hint)
  }
  return role
}

/** What a standby was to become. */
function follower(role: Role | null): Role | null {
  return role === 'source' ? null : role
}

function refuse({ host, taskName }: Context, code: string, message: string, hint: string): MmhaError {
  return new MmhaError(message, {
    code,
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: taskName,
    hint,
  })
}

const WHAT: Readonly<Record<Role, string>> = {
  source: 'takes the writes',
  replica: 'follows, read-only',
  alone: 'is a server of its own, writable',
}

function settings(role: Role, context: Context): Step[] {
  const { mine, facts, inventory, host } = context
  const { file } = mine
  if (file === null || mine.role === role) return []
  const { path, content } = file
  const closed = facts.server === null ? [] : wantedSettings(serverDialect(facts.server, mine), inventory, host)
  // Nothing in it needs a restart: what is newer than the server would look so.
  const text = withoutRole(content, role, closed)
  const place = placeFile({ path, content: sh`${text}`, mode: '0644', check: `touch -r ${shellQuote(path)} "$new"` })
  const vip = inventory.vip.address
  const gone = role === 'source' ? [`! the address ${vip} goes: clients have to use ${host.address}`] : []
  const diff = [`~ ${path}: ${host.name} ${WHAT[role]}, also after a restart`, ...gone]
  return [
    step(context, 'settings', `settings without the pair: ${roleMark(role)}`, diff, place, restoreFile(path), [path]),
  ]
}

function daemon(role: Role, context: Context): Step[] {
  const { mine, facts } = context
  const own = context.inventory.keepalived.engine === 'bundled'
  const unit = unitOf(context.inventory.keepalived.engine)
  const runs = own ? mine.daemonRuns : mine.keepalivedRuns
  const stops = runs || (own ? mine.daemonEnabled : mine.keepalivedEnabled)
  const stop = sh`systemctl disable --now ${unit}\n`
  const impact = role === 'source' && runs ? 'vip-moves' : 'none'
  const steps = stops
    ? [
        step(
          context,
          'daemon',
          `stop ${unit.replace('.service', '')}`,
          ['- started, enabled'],
          stop,
          sh`systemctl enable --now ${unit}\n`,
          [],
          impact,
        ),
      ]
    : []
  if (role === 'replica' || facts.server === null || !(mine.readOnly || runs)) return steps
  const statements = [...writableStatements(serverDialect(facts.server, mine)), 'SET GLOBAL event_scheduler=ON']
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
  const { stopReplica, resetReplicaAll, startReplica } = serverDialect(facts.server, mine).statement
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
    const none = { none: 'provision again instead' }
    steps.push(
      step(context, 'package', 'remove mmha-keepalived', ['- package mmha-keepalived'], purgeOurPackage(), none),
    )
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
