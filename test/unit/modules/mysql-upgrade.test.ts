import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { planAll, stepsOf } from '../../../src/engine/plan.ts'
import { MmhaError } from '../../../src/events/error.ts'
import type { PlanContext } from '../../../src/modules/module.ts'
import { type MysqlUpgradeParams, mysqlUpgrade } from '../../../src/modules/mysql-upgrade.ts'
import { type MysqlUpgradeFacts, parseUpgrade, seriesOf } from '../../../src/modules/mysql-upgrade-facts.ts'
import { pairSwitchover } from '../../../src/modules/pair-switchover.ts'
import { modules } from '../../../src/modules/registry.ts'
import { masked } from '../../../src/modules/step.ts'
import { loadPlaybook } from '../../../src/playbook/load.ts'
import { checkSh, context, fromPeer, hostFacts, INVENTORY, M1, M2, MYSQL } from './pair-context.ts'

const PARAMS: MysqlUpgradeParams = { part: 'standby', version: null, series: false, timeout: 120 }

/** What a host of a whole pair says; `newer`: the version that its sources offer. */
function said(role: 'holder' | 'standby', newer: string | null, ...more: readonly string[]): MysqlUpgradeFacts {
  const semiSync = role === 'holder' ? 'source' : 'replica'
  const lines = [
    'daemon\tyes',
    `read_only\t${role === 'holder' ? 0 : 1}`,
    'channel_threads\t2',
    `Rpl_semi_sync_${semiSync}_status\tON`,
    'owner\tmysql-server-core',
    `package\tmysql-server\t9.7.4-2${newer === null ? '' : `\t${newer}`}`,
    `package\tmysql-server-core\t9.7.4-2${newer === null ? '' : `\t${newer}`}`,
    ...more,
  ]
  return parseUpgrade(lines.map((line) => `${line}\n`).join(''))
}

const holding = (address: string) => ({
  ...hostFacts(address, MYSQL),
  nics: [{ name: 'host0', up: true, mac: '', addresses: [`${address}/24`, '10.77.0.100/24'] }],
})

/** Seen from m1, which holds the VIP. */
function seen(
  mine: MysqlUpgradeFacts,
  theirs: MysqlUpgradeFacts,
  changes: Partial<PlanContext<MysqlUpgradeFacts>> = {},
): PlanContext<MysqlUpgradeFacts> {
  return context(MYSQL, mine, theirs, { facts: holding(M1.address), ...changes })
}

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof MmhaError) return `${error.code} ${error.exit} ${error.message}`
    throw error
  }
  return 'not refused'
}

const both = () => seen(said('holder', '9.7.5-1'), said('standby', '9.7.5-1'))

describe('mysql_upgrade', () => {
  it('the standby gets just the versions that were shown; the holder nothing', () => {
    const pair = both()
    expect(mysqlUpgrade.plan(PARAMS, pair)).toEqual([])
    const steps = mysqlUpgrade.plan(PARAMS, fromPeer(pair))
    checkSh(steps)
    expect(steps).toMatchObject([
      {
        host: 'm2',
        title: 'upgrade the server to 9.7.5-1',
        impact: 'restart',
        diff: expect.stringContaining('- package mysql-server 9.7.4-2\n+ package mysql-server 9.7.5-1'),
      },
    ])
    const script = masked(steps[0]?.run ?? { parts: [] })
    expect(script).toContain('--only-upgrade --no-remove')
    expect(script).toContain('install mysql-server=9.7.5-1 mysql-server-core=9.7.5-1')
    expect(script).not.toContain('--allow-downgrades')
  })

  it('its script ends before it touches anything on a host that holds the VIP by then', () => {
    const script = masked(mysqlUpgrade.plan(PARAMS, fromPeer(both()))[0]?.run ?? { parts: [] })
    const ip = 'ip() { echo "2: host0 inet 10.77.0.100/24"; }'
    // Nothing else is there: what went on would not find its commands.
    const grep = 'PATH=/nowhere; grep() { read -r _; }; dpkg() { echo TOUCHED; }'
    const run = spawnSync('dash', ['-euc', `${ip}\n${grep}\n${script}`], { encoding: 'utf8' })
    expect(run.status).toBe(1)
    expect(run.stdout).not.toContain('TOUCHED')
    // That is its last word.
    expect(run.stderr).toMatch(/holds 10\.77\.0\.100 by now: its server is not restarted\n$/)
  })

  it('the VIP moves once the standby is newer, not before, and not without need', () => {
    const part = { ...PARAMS, part: 'switch' } as const
    expect(refusal(() => mysqlUpgrade.plan(part, both()))).toMatch(/^UPGRADE_REFUSED 5 the standby has to have/)
    // A plan from one look goes ahead: by then it will be.
    expect(mysqlUpgrade.plan(part, { ...both(), written: new Set() })).toMatchObject([{ impact: 'vip-moves' }])
    const after = seen(said('holder', '9.7.5-1'), {
      ...said('standby', null),
      packages: [{ name: 'mysql-server-core', installed: '9.7.5-1', newer: null }],
    })
    const steps = mysqlUpgrade.plan(part, after)
    checkSh(steps)
    expect(steps).toMatchObject([{ host: 'm1', title: 'move 10.77.0.100 from m1 to m2' }])
    expect(mysqlUpgrade.plan(part, fromPeer(after))).toMatchObject([{ host: 'm2', impact: 'none', waits: true }])
    expect(mysqlUpgrade.plan(part, seen(said('holder', null), said('standby', null)))).toEqual([])
  })

  it('plans ahead, through the whole playbook: the standby, the VIP, the other', () => {
    const pair = both()
    const plays = loadPlaybook(resolve(import.meta.dirname, '../../../playbooks/upgrade-mysql.yml'), {
      modules: { ...modules, command: { ...mysqlUpgrade, name: 'command', params: z.any(), plan: () => [] } },
      tags: [],
    })
    const found = (mine: MysqlUpgradeFacts) => new Map(plays.flatMap(({ tasks }) => tasks.map(({ id }) => [id, mine])))
    const steps = stepsOf(
      planAll(plays, INVENTORY, {
        facts: new Map([
          ['m1', pair.facts],
          ['m2', pair.peerFacts],
        ]),
        probed: new Map([
          ['m1', found(pair.mine)],
          ['m2', found(pair.theirs)],
        ]),
      }),
    )
    expect(steps.map(({ host, id, impact }) => `${host} ${id} ${impact}`)).toEqual([
      'm2 standby/server restart',
      'm1 whole/wait-until-the-pair-is-whole none',
      'm2 whole/wait-until-the-pair-is-whole none',
      'm1 switch/address vip-moves',
      'm2 switch/address none',
      'm1 whole-after-the-switch/wait-until-the-pair-is-whole none',
      'm2 whole-after-the-switch/wait-until-the-pair-is-whole none',
      'm1 the-other/server restart',
      'm1 ready/wait-until-the-pair-is-whole none',
      'm2 ready/wait-until-the-pair-is-whole none',
    ])
    const waits = steps.filter(({ id }) => id.includes('wait-until'))
    expect(new Set(waits.map(({ diff }) => diff)).size).toBe(1)
    expect(waits[0]?.diff).toMatch(/^~ the VIP on one host/)
  })

  it.each<[string, RegExp, PlanContext<MysqlUpgradeFacts>, Partial<MysqlUpgradeParams>]>([
    [
      'another series',
      /9\.7\.4-2 → 9\.8\.0-1 is another series/,
      seen(said('holder', '9.8.0-1'), said('standby', '9.8.0-1')),
      {},
    ],
    [
      'other sources',
      /it would get 9\.7\.5-1, and m1 9\.7\.6-1/,
      seen(said('holder', '9.7.6-1'), said('standby', '9.7.5-1')),
      {},
    ],
    [
      'nothing newer on the other',
      /it would get 9\.7\.5-1, and m1 9\.7\.4-2/,
      seen(said('holder', null), said('standby', '9.7.5-1')),
      {},
    ],
    ['another version', /offer 9\.7\.5-1, not 9\.7\.6/, both(), { version: '9.7.6' }],
    ['half a number', /offer 9\.7\.5-1, not 9\.7\.50/, both(), { version: '9.7.50' }],
    [
      'a server of no package',
      /its server is of no package/,
      seen(said('holder', '9.7.5-1'), { ...said('standby', '9.7.5-1'), owner: null }),
      {},
    ],
    [
      'a standby that does not follow',
      /NOT_WHOLE 5 .*m2: does not replicate/,
      seen(said('holder', '9.7.5-1'), { ...said('standby', '9.7.5-1'), channelRuns: false }),
      {},
    ],
    ['no holder', /NOT_WHOLE 5 .*no host holds the VIP/, { ...both(), facts: hostFacts(M1.address, MYSQL) }, {}],
    [
      'another package manager',
      /only be upgraded with apt/,
      { ...both(), peerFacts: hostFacts(M2.address, MYSQL, { packageManager: 'dnf' }) },
      {},
    ],
  ])('refuses %s', (_name, why, pair, params) => {
    expect(refusal(() => mysqlUpgrade.plan({ ...PARAMS, ...params }, fromPeer(pair)))).toMatch(why)
  })

  it('takes a version that begins so, and another series with leave', () => {
    expect(mysqlUpgrade.plan({ ...PARAMS, version: '9.7' }, fromPeer(both()))).toHaveLength(1)
    const series = seen(said('holder', '9.8.0-1'), said('standby', '9.8.0-1'))
    expect(mysqlUpgrade.plan({ ...PARAMS, series: true }, fromPeer(series))).toHaveLength(1)
    expect(seriesOf('1:10.11.14-0+deb12u2')).toBe('10.11')
  })

  it('finishes what was cut off, whatever it left of the pair', () => {
    const cut = { ...said('standby', null, 'interrupted\tyes'), readOnly: null, channelRuns: false }
    const steps = mysqlUpgrade.plan(PARAMS, fromPeer(seen(said('holder', null), cut)))
    expect(steps).toMatchObject([{ host: 'm2', title: 'finish an installation that was cut off' }])
    const stale = said('standby', null, 'stale\tyes')
    expect(mysqlUpgrade.plan(PARAMS, fromPeer(seen(said('holder', null), stale)))).toMatchObject([
      { title: 'run the server that is installed' },
    ])
  })

  it('looks and does so in sh', () => {
    const probe = mysqlUpgrade.probe(PARAMS, { inventory: INVENTORY, host: M1, peer: M2 })
    expect(spawnSync('dash', ['-n'], { input: probe, encoding: 'utf8' }).stderr).toBe('')
  })
})

describe('pair_switchover', () => {
  const pair = () => seen(said('holder', null), said('standby', null))

  it('moves the VIP to the host that is named, and does nothing when it is there', () => {
    const steps = pairSwitchover.plan({ to: 'm2', timeout: 60 }, pair())
    checkSh(steps)
    expect(steps).toMatchObject([{ host: 'm1', impact: 'vip-moves', title: 'move 10.77.0.100 from m1 to m2' }])
    expect(pairSwitchover.plan({ to: 'm2', timeout: 60 }, fromPeer(pair()))).toMatchObject([
      { host: 'm2', waits: true },
    ])
    expect(pairSwitchover.plan({ to: 'm1', timeout: 60 }, pair())).toEqual([])
  })

  it('to the standby: each time, with a part on both hosts, so that the next look finds it done', () => {
    const [one, other] = [pair(), fromPeer(pair())].map((from) =>
      pairSwitchover.plan({ to: 'standby', timeout: 60 }, from),
    )
    expect(one).toMatchObject([{ host: 'm1', id: 'play/task', repeats: true, impact: 'vip-moves' }])
    expect(other).toMatchObject([{ host: 'm2', id: 'play/task', repeats: true, impact: 'none' }])
  })

  it('refuses a name that is none, and a pair that is not whole', () => {
    expect(refusal(() => pairSwitchover.plan({ to: 'm3', timeout: 60 }, pair()))).toMatch(/^HOST_UNKNOWN 4/)
    const lame = seen(said('holder', null), { ...said('standby', null), daemonRuns: false })
    expect(refusal(() => pairSwitchover.plan({ to: 'm2', timeout: 60 }, lame))).toMatch(
      /^NOT_WHOLE 5 not safe now: m2: mmha-keepalived does not run/,
    )
  })
})
