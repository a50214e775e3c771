import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Module, PlanContext } from './module.ts'
import { type MysqlUpgradeFacts, parseUpgrade, seriesOf, UPGRADE_PROBE } from './mysql-upgrade-facts.ts'
import { upgradeScript } from './mysql-upgrade-script.ts'
import { missingOn, pairReady } from './pair-ready.ts'
import { handOver, holderOf, moved, mustBeWhole, takeOver } from './pair-switchover.ts'
import type { Step } from './step.ts'

export interface MysqlUpgradeParams {
  /** standby: the newer server on the host that does not hold the VIP; switch: the VIP onto that host, where the other is still older. */
  readonly part: 'standby' | 'switch'
  /** What the new server's version must begin with; null: what the package sources offer. */
  readonly version: string | null
  /** Whether it may be of another series: 8.0 → 8.4. */
  readonly series: boolean
  readonly timeout: number
}

type Context = PlanContext<MysqlUpgradeFacts>

/** There is something newer, or it runs something older than it has. */
function isOutdated({ packages, stale }: MysqlUpgradeFacts): boolean {
  return stale || packages.some(({ newer }) => newer !== null)
}

/**
 * A newer database server from the host's package sources, one host after the other: on the standby, then, once the VIP has
 * moved to it, on the other. What holds the VIP is never restarted, and no server is ever made older.
 */
export const mysqlUpgrade: Module<MysqlUpgradeParams, MysqlUpgradeFacts> = {
  name: 'mysql_upgrade',
  params: z.strictObject({
    part: z.enum(['standby', 'switch']),
    version: z
      .string()
      .regex(/^\d+(\.\d+)*$/, 'a version, or its beginning: "9.7.5"')
      .nullable()
      .default(null),
    series: z.boolean().default(false),
    timeout: z.number().int().positive().default(120),
  }),
  shared: (context) => pairReady.shared?.(context) ?? [],
  probe: () => UPGRADE_PROBE,
  parse: parseUpgrade,

  plan: (params, context) => {
    const { mine, theirs, facts } = context
    const underway = mine.interrupted || mine.stale || facts.server?.running === false
    if (!(isOutdated(mine) || isOutdated(theirs) || underway)) return []
    checkOffer(params, context)
    const holds = holderOf(context) === 'me'
    if (params.part === 'standby') return holds ? [] : standby(params, context, underway)
    if (!(holds ? switches(context, mine, theirs) : switches(context, theirs, mine))) return []
    mustBeWhole(missing(context), context)
    return [holds ? handOver(context, params.timeout) : takeOver(context)]
  },

  expect: ({ part }, context) => (part === 'switch' ? moved(context) : { unsettled: true }),
}

/** The holder is older than what its standby has, or will have by then. */
function switches(context: Context, holder: MysqlUpgradeFacts, other: MysqlUpgradeFacts): boolean {
  if (!isOutdated(holder)) return false
  if (isAhead(context) || !isOutdated(other)) return true
  throw refuse(context, 'the standby has to have the newer server first', 'run the whole playbook')
}

function standby({ timeout }: MysqlUpgradeParams, context: Context, underway: boolean): Step[] {
  const { mine, host } = context
  if (!(isOutdated(mine) || underway)) return []
  // What was cut off is finished, whatever it left.
  if (!underway) mustBeWhole(missing(context), context)
  const newer = mine.packages.filter((one) => one.newer !== null)
  const version = mine.packages.find(({ name }) => name === mine.owner)?.newer
  const why = mine.interrupted ? 'finish an installation that was cut off' : 'run the server that is installed'
  return [
    {
      id: context.taskId,
      host: host.name,
      title: newer.length === 0 ? why : `upgrade the server to ${version ?? newer[0]?.newer}`,
      diff: [
        ...newer.map(({ name, installed, newer }) => `- package ${name} ${installed}\n+ package ${name} ${newer}`),
        ...(newer.length === 0 ? [`~ ${why}`] : []),
      ].join('\n'),
      run: upgradeScript(
        context,
        newer.map(({ name, newer }) => `${name}=${newer}`),
        timeout,
      ),
      undo: { none: 'a server is not made older: its data may be of the newer one by now' },
      impact: 'restart',
      notify: [],
    },
  ]
}

/** A plan from one look, which goes through the roles that are still to come. */
function isAhead({ written }: Context): boolean {
  return written !== undefined
}

/** What keeps the pair from being whole. Who is open says who really holds the VIP now, where a plan is ahead of it. */
function missing(context: Context): readonly string[] {
  const { mine, theirs, host, peer, inventory } = context
  const { engine } = inventory.keepalived
  const here = isAhead(context) ? mine.readOnly === false : holderOf(context) === 'me'
  return [...missingOn(engine, host.name, mine, here), ...missingOn(engine, peer.name, theirs, !here)]
}

function checkOffer({ version, series }: MysqlUpgradeParams, context: Context): void {
  const { mine, theirs, peer, facts } = context
  if (facts.packageManager !== 'apt')
    throw refuse(
      context,
      'a server can only be upgraded with apt so far',
      'upgrade it there yourself, the standby first',
    )
  if (mine.owner === null)
    throw refuse(
      context,
      'its server is of no package',
      'upgrade it yourself, the standby first, then `mmha switchover`',
    )
  const [here, there] = [offered(mine), offered(theirs)]
  if (here === null || here.from === here.to) return
  if (there !== null && here.to !== there.to) {
    const hint = 'give both hosts the same package sources, and `apt-get update`'
    throw refuse(context, `it would get ${here.to}, and ${peer.name} ${there.to}`, hint)
  }
  if (!series && seriesOf(here.from) !== seriesOf(here.to)) {
    const hint = 'read the release notes, take a backup, then give --var series=true; there is no way back'
    throw refuse(context, `${here.from} → ${here.to} is another series`, hint)
  }
  // `9.7` is the beginning of 9.7.5 and not of 9.70.
  const number = here.to.replace(/^\d+:/, '')
  if (version !== null && !(number.startsWith(version) && !/^\d/.test(number.slice(version.length)))) {
    throw refuse(context, `its package sources offer ${here.to}, not ${version}`, 'see `apt-cache policy` there')
  }
}

/** Versions of the package with the server's program, as it is and as it would be. */
function offered({ owner, packages }: MysqlUpgradeFacts): { readonly from: string; readonly to: string } | null {
  const server = packages.find(({ name }) => name === owner)
  return server === undefined ? null : { from: server.installed, to: server.newer ?? server.installed }
}

function refuse({ host, taskName }: Context, why: string, hint: string): MmhaError {
  return new MmhaError(why, {
    code: 'UPGRADE_REFUSED',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: taskName,
    hint,
  })
}
