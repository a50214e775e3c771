import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { labDown } from '../../src/lab/down.ts'
import { labUp } from '../../src/lab/up.ts'
import { lastDocument, Mmha } from './support/mmha.ts'

const NAME = 'fleettest'
const silent = () => undefined
const inventoryFile = resolve(import.meta.dirname, '../../inventories/lab.yml')

const PLAY = `
- name: Goods
  hosts: masters
  tasks:
    - name: Motto
      file: { path: /etc/mmha/motto, content: "{{inventory.name}} {{host.name}}\\n", mode: "0640" }
`

const pair = (vip: number, first: number) =>
  `vip: 10.77.0.${vip}/24\nnic: host0\nmasters: [10.77.0.${first}, 10.77.0.${first + 1}]\n`

/** Three pairs: one of real hosts, one that nobody answers for, one whose inventory is wrong. */
describe('a fleet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-fleet-'))
  const [fleet, playbook] = [join(folder, 'fleet'), join(folder, 'play.yml')]
  const mmha = new Mmha(NAME)
  const own = ['--playbook', playbook]

  beforeAll(async () => {
    await labUp({
      name: NAME,
      inventory: loadInventory(inventoryFile),
      flavour: 'mariadb-11.8',
      fallback: null,
      sink: silent,
    })
    writeFileSync(playbook, PLAY)
    mkdirSync(fleet)
    writeFileSync(join(fleet, 'a-wrong.yml'), pair(103, 41).replace('masters', 'mastres'))
    writeFileSync(join(fleet, 'gone.yml'), pair(102, 31))
    writeFileSync(join(fleet, 'here.yml'), pair(100, 11))
  })

  afterAll(async () => {
    await labDown(NAME, silent)
    rmSync(folder, { recursive: true, force: true })
  })

  it('does what it can, pair by pair, and ends with the worst of their codes', async () => {
    const { code, stdout, stderr } = await mmha.run('provision', fleet, ...own, '--yes')
    expect(code, stderr).toBe(3)
    expect(stderr).toContain(`error: a-wrong: ${join(fleet, 'a-wrong.yml')}:3:1 mastres: unknown key`)
    expect(stderr).toContain('error: gone: cannot reach m1 at 10.77.0.31')
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

  it('is no place for drills: they want a pair by its name', async () => {
    const { code, stderr } = await mmha.run('verify', fleet)
    expect(code).toBe(4)
    expect(stderr).toContain('choose one with --pair NAME')
  })
})
