import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostNamed } from '../../src/lab/faults.ts'
import { readState } from '../../src/lab/state.ts'
import { lastDocument, Mmha } from './support/mmha.ts'
import { newer, offerServer, STILL_OLDER } from './support/newer-server.ts'
import { ownFolder } from './support/own-folder.ts'

const NAME = 'fleettest'

const PLAY = `
- name: Goods
  hosts: masters
  tasks:
    - name: Motto
      file: { path: /etc/mmha/motto, content: "{{inventory.name}} {{host.name}}\\n", mode: "0640" }
`

const pair = (vip: number, first: number) =>
  `vip: 10.77.0.${vip}/24\nnic: host0\nmasters: [10.77.0.${first}, 10.77.0.${first + 1}]\n`

/** Two pairs of real hosts. */
const both = (clients: string) => `nic: host0
clients: [${clients}]
pairs:
  - { name: shop, vip: 10.77.0.100/24, masters: [10.77.0.11, 10.77.0.12] }
  - { name: crm, vip: 10.77.0.101/24, masters: [10.77.0.31, 10.77.0.32] }
`
const HOSTS = ['shop-m1', 'shop-m2', 'crm-m1', 'crm-m2'] as const

interface Fleet {
  readonly exit: number
  readonly pairs: readonly {
    readonly pair: string
    readonly exit: number
    readonly error: { readonly code: string } | null
    readonly hosts: readonly { readonly host: string; readonly changed: number; readonly unreachable: number }[]
  }[]
}

interface PairResult {
  readonly type: string
  readonly pair: string
  readonly run?: string
}

describe.skipIf(process.getuid?.() !== 0)('a fleet (needs root)', () => {
  const folder = ownFolder('fleet')
  const [fleet, playbook, list] = [join(folder, 'fleet'), join(folder, 'play.yml'), join(folder, 'both.yml')]
  const mmha = new Mmha(NAME)
  const own = ['--playbook', playbook]

  beforeAll(async () => {
    writeFileSync(list, both('10.77.0.0/24'))
    await mmha.ok('lab', 'down')
    await mmha.ok('lab', 'up', list, '--server', 'mariadb-11.8')
    writeFileSync(playbook, PLAY)
    // Of hosts that are there, of hosts that nobody answers for, and one that is wrong.
    mkdirSync(fleet)
    writeFileSync(join(fleet, 'a-wrong.yml'), pair(103, 41).replace('masters', 'mastres'))
    writeFileSync(join(fleet, 'gone.yml'), pair(102, 51))
    writeFileSync(join(fleet, 'here.yml'), pair(100, 11))
  })

  afterAll(async () => {
    await mmha.ok('lab', 'down')
    rmSync(folder, { recursive: true, force: true })
  })

  it('does what it can, pair by pair, and ends with the worst of their codes', async () => {
    const { code, stdout, stderr } = await mmha.run('provision', fleet, ...own, '--yes')
    expect(code, stderr).toBe(3)
    expect(stderr).toContain(`error: a-wrong: ${join(fleet, 'a-wrong.yml')}:3:1 mastres: unknown key`)
    expect(stderr).toContain('error: gone: cannot reach m1 at 10.77.0.51')
    expect(stdout).toMatch(/^here +m1 +1 +1 +0 +0 /m)
    expect(stdout).toMatch(/^here +m2 +1 +1 +0 +0 /m)
    expect(stdout).toMatch(/^gone +m2 +- +0 +0 +1 /m)
    expect(stdout).toContain('1 of 3 pairs done')
  })

  it('names the pair in each line of JSON; the last one is of all', async () => {
    const { code, stdout } = await mmha.run('provision', fleet, ...own, '--yes', '--json')
    expect(code).toBe(3)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly type: string; readonly pair?: string })
    expect(lines.filter(({ type, pair: name }) => type !== 'fleet' && name === undefined)).toEqual([])
    expect(lastDocument<object>(stdout)).toMatchObject({
      type: 'fleet',
      exit: 3,
      pairs: [
        { pair: 'a-wrong', exit: 4, hosts: [] },
        { pair: 'gone', exit: 3 },
        {
          pair: 'here',
          exit: 0,
          hosts: [
            { host: 'm1', ok: 1, changed: 0 },
            { host: 'm2', ok: 1, changed: 0 },
          ],
        },
      ],
    })
  })

  it('writes a plan a pair, and applies just those', async () => {
    writeFileSync(playbook, PLAY.replace('0640', '0600'))
    const plans = join(folder, 'plans')
    const planned = await mmha.run('plan', fleet, ...own, '--limit', 'here,m1', '--out', plans, '--detailed-exitcode')
    expect(planned.code, planned.stderr).toBe(2)
    expect(readdirSync(plans)).toEqual(['here.plan'])
    const applied = await mmha.run('provision', fleet, '--plan', plans)
    // The others have no plan there.
    expect(applied.code, applied.stderr).toBe(4)
    expect(applied.stdout).toContain('gone: cannot read the plan')
    expect(applied.stdout).toMatch(/^here +m1 +1 +1 /m)
    expect(applied.stdout).toMatch(/^here +m2 +0 +0 /m)
  })

  it('is drilled by name only, pair by pair', async () => {
    const { code, stderr } = await mmha.run('verify', fleet)
    expect(code).toBe(4)
    expect(stderr).toContain('--limit')
    expect((await mmha.run('verify', list, '--limit', 'shop,crm-m1')).code).toBe(4)
  })

  const provisioned = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await mmha.run('provision', list, '--yes', '--json', ...words)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PairResult)
    const runOf = (name: string) => lines.find((line) => line.type === 'result' && line.pair === name)?.run ?? ''
    return { code, stderr, runOf, ...lastDocument<Fleet>(stdout) }
  }
  const changes = ({ pairs }: Fleet) => pairs.map(({ hosts }) => hosts.map(({ changed }) => changed > 0))

  it('provisions the pair that it reaches, and the other one once it does', { timeout: 300_000 }, async () => {
    await mmha.ok('lab', 'cable', 'crm-m2', 'cut')
    const first = await provisioned()
    expect(first.code, first.stderr).toBe(3)
    expect(first.pairs).toMatchObject([
      { pair: 'shop', exit: 0, error: null },
      {
        pair: 'crm',
        exit: 3,
        error: { code: 'SSH_UNREACHABLE', host: 'm2' },
        hosts: [
          { host: 'm1', changed: 0, unreachable: 0 },
          { host: 'm2', changed: 0, unreachable: 1 },
        ],
      },
    ])
    expect(changes(first)).toEqual([
      [true, true],
      [false, false],
    ])
    await mmha.ok('lab', 'cable', 'crm-m2', 'plug')
    const second = await provisioned()
    expect(second.code, second.stderr).toBe(0)
    expect(changes(second)).toEqual([
      [false, false],
      [true, true],
    ])
    expect(changes(await provisioned())).toEqual([
      [false, false],
      [false, false],
    ])
    const said = await mmha.ok('status', list)
    expect(said.match(/whole: either host may be lost/g)).toHaveLength(2)
  })

  it('remembers runs by pair, and takes one of them back there alone', { timeout: 120_000 }, async () => {
    const rules = () => Promise.all(HOSTS.map((host) => mmha.on(host, 'iptables-save | grep -c 10.77.0.128/25 || :')))
    const keptRules = () =>
      Promise.all(HOSTS.map((host) => mmha.on(host, 'grep -c 10.77.0.128/25 /etc/iptables/rules.v4 || :')))
    writeFileSync(list, both('10.77.0.0/24, 10.77.0.128/25'))
    const changed = await provisioned()
    expect(changed.code, changed.stderr).toBe(0)
    expect(await rules()).toEqual(['1', '1', '1', '1'])
    const [mine, others] = [changed.runOf('crm'), changed.runOf('shop')]
    const remembered = await mmha.ok('runs', list)
    const [shop = '', crm = ''] = remembered.split('── crm\n')
    expect(shop).toContain(others)
    expect(shop).not.toContain(mine)
    expect(crm).toContain(mine)
    expect(crm).not.toContain(others)

    const back = await mmha.run('rollback', list, mine, '--yes')
    expect(back.code, back.stderr).toBe(0)
    expect(back.stderr).toContain('crm')
    expect(await rules()).toEqual(['1', '1', '0', '0'])
    expect(await keptRules()).toEqual(['1', '1', '0', '0'])
    const unknown = await mmha.run('rollback', list, '20200101T000000Z-dead', '--yes')
    expect(unknown.code, unknown.stderr).toBe(4)
    // It is missing again, there alone.
    const plan = await mmha.run('plan', list, '--detailed-exitcode', '--json')
    expect(plan.code, plan.stderr).toBe(2)
    expect(lastDocument<Fleet>(plan.stdout).pairs).toMatchObject([
      { pair: 'shop', exit: 0 },
      { pair: 'crm', exit: 2 },
    ])
  })

  it('drills those that are named, one after the other; one that nobody answers for keeps no other', async () => {
    const asked = ['--limit', 'gone,here', '--faults', 'stop', '--runs', '1', '--json']
    const { code, stdout, stderr } = await mmha.run('verify', fleet, ...asked)
    expect(code, stderr).toBe(3)
    expect(lastDocument<Fleet>(stdout)).toMatchObject({
      type: 'fleet',
      command: 'verify',
      exit: 3,
      pairs: [
        { pair: 'gone', exit: 3 },
        { pair: 'here', exit: 0, error: null },
      ],
    })
    expect(stdout).toMatch(/"type":"result".*"verdict":"passed"/)
    // The report is for who reads this run, and this is none.
    for (const name of readdirSync('reports').filter((one) => one.startsWith('verify-here-')))
      rmSync(join('reports', name))
    expect((await mmha.ok('status', list)).match(/whole: either host may be lost/g)).toHaveLength(2)
  })

  it('upgrades the servers of one of them: the standby, the VIP, the other', { timeout: 300_000 }, async () => {
    const lab = readState(NAME)
    if (lab === null) throw new Error('the lab is not up')
    const shop = ['shop-m1', 'shop-m2'] as const
    const hosts = shop.map((name) => hostNamed(lab, name))
    await offerServer(lab, hosts, folder, newer)
    const upgrade = async (...words: readonly string[]) => {
      const asked = ['-i', list, '--pair', 'shop', '--json', '--yes', ...words]
      const { code, stdout, stderr } = await mmha.run('playbook', 'run', 'playbooks/upgrade-mysql.yml', ...asked)
      expect(code, stderr).toBe(0)
      return lastDocument<{ hosts: { changed: number }[]; steps: { id: string; impact: string }[] }>(stdout)
    }
    const { steps } = await upgrade('--allow-restart')
    const moves = steps.filter(({ impact }) => impact !== 'none').map(({ id, impact }) => `${id} ${impact}`)
    expect(moves).toEqual(['standby/server restart', 'switch/address vip-moves', 'the-other/server restart'])
    expect(await Promise.all(shop.map((host) => mmha.on(host, STILL_OLDER)))).toEqual(['', ''])
    expect((await upgrade()).hosts.map(({ changed }) => changed)).toEqual([0, 0])
    expect(await mmha.ok('status', list, '--pair', 'shop')).toContain('whole: either host may be lost')
  })

  it('is taken down pair by pair, those that are named', { timeout: 120_000 }, async () => {
    const all = await mmha.run('teardown', list, '--yes')
    expect(all.code).toBe(4)
    expect(all.stderr).toContain('--limit')
    const { code, stdout, stderr } = await mmha.run('teardown', list, '--limit', 'shop,crm', '--yes')
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('2 of 2 pairs done')
    const left = 'dpkg-query -W mmha-keepalived 2>/dev/null || :; ip -o -4 address show host0 | grep -c 10.77.0.10 || :'
    expect(await Promise.all(HOSTS.map((host) => mmha.on(host, left)))).toEqual(['0', '0', '0', '0'])
    const open = await Promise.all(HOSTS.map((host) => mmha.sql(host, 'SELECT @@read_only')))
    expect([open.slice(0, 2).toSorted(), open.slice(2).toSorted()]).toEqual([
      ['0', '1'],
      ['0', '1'],
    ])
  })
})
