import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseHostFacts } from '../../src/hosts/host-facts-parse.ts'
import { HOST_FACTS_SCRIPT } from '../../src/hosts/host-facts-script.ts'
import { attempt } from '../../src/lab/command.ts'
import { hostNamed } from '../../src/lab/faults.ts'
import { type LabState, readState } from '../../src/lab/state.ts'
import { modules } from '../../src/modules/registry.ts'
import { context } from '../unit/modules/pair-context.ts'
import { CutRuns } from './support/cut-run.ts'
import { lastDocument, Mmha } from './support/mmha.ts'
import { newer, offerServer, STILL_OLDER } from './support/newer-server.ts'
import { ownFolder } from './support/own-folder.ts'

const NAME = 'playbooks'
const INVENTORY = 'inventories/lab.yml'
const SERVER = process.env.MMHA_UPGRADE_SERVER ?? 'mysql-9.7'

interface Result {
  readonly steps?: readonly { readonly host: string; readonly id: string; readonly title: string }[]
  readonly code?: string
  readonly message?: string
  readonly hosts?: readonly { readonly changed: number }[]
}

describe.skipIf(process.getuid?.() !== 0)(
  'The playbooks beside provision.yml (needs root)',
  { timeout: 300_000 },
  () => {
    const mmha = new Mmha(NAME)
    const folder = ownFolder('playbooks')
    const words = (playbook: string, ...more: readonly string[]) => [
      'playbook',
      'run',
      `playbooks/${playbook}`,
      '-i',
      INVENTORY,
      ...more,
    ]

    beforeAll(async () => {
      await mmha.ok('lab', 'down')
      await mmha.ok('lab', 'up', INVENTORY, '--server', SERVER)
      await mmha.ok('provision', INVENTORY, '--yes')
    })
    afterAll(async () => {
      await mmha.ok('lab', 'down')
      rmSync(folder, { recursive: true, force: true })
    })

    const lab = (): LabState => {
      const state = readState(NAME)
      if (state === null) throw new Error('the lab is not up')
      return state
    }
    const masters = () => ['m1', 'm2'].map((name) => hostNamed(lab(), name))
    const holder = async () => {
      const out = await Promise.all(
        ['m1', 'm2'].map((host) => mmha.on(host, 'ip -o address show to 10.77.0.100 | grep -c . || :')),
      )
      return out[0] === '1' ? 'm1' : 'm2'
    }
    const play = async (playbook: string, ...more: readonly string[]) => {
      const outcome = await mmha.run(...words(playbook, '--json', ...more))
      return { exit: outcome.code, result: lastDocument<Result>(outcome.stdout), stderr: outcome.stderr }
    }

    it('switchover.yml: the VIP is where it was asked for, once; only with leave', async () => {
      const from = await holder()
      const to = from === 'm1' ? 'm2' : 'm1'
      expect(await play('switchover.yml', '--yes', '--var', `to=${to}`)).toMatchObject({
        exit: 5,
        result: { code: 'RESTART_ON_HOLDER' },
      })
      const moved = await play('switchover.yml', '--yes', '--allow-restart', '--var', `to=${to}`)
      expect(moved, moved.stderr).toMatchObject({
        exit: 0,
        result: {
          steps: expect.arrayContaining([expect.objectContaining({ host: from, id: 'switchover/the-address' })]),
        },
      })
      expect(await holder()).toBe(to)
      const again = await play('switchover.yml', '--yes', '--allow-restart', '--var', `to=${to}`)
      expect(again.result.hosts?.map(({ changed }) => changed)).toEqual([0, 0])
      const wrong = await play('switchover.yml', '--yes', '--var', 'to=m3')
      expect(wrong).toMatchObject({ exit: 4, result: { code: 'HOST_UNKNOWN' } })
      expect(await mmha.ok('status', INVENTORY)).toContain('whole: either host may be lost')
    })

    it('upgrade-mysql.yml: refuses while the pair is not whole, before anything is touched', async () => {
      const away = (await holder()) === 'm1' ? 'm2' : 'm1'
      await offerServer(lab(), masters(), folder, newer)
      await Promise.all(['m1', 'm2'].map((host) => mmha.on(host, 'apt-get -q update')))
      await mmha.on(away, 'systemctl stop mmha-keepalived')
      const refused = await play('upgrade-mysql.yml', '--yes', '--allow-restart')
      expect(refused).toMatchObject({ exit: 5, result: { code: 'NOT_WHOLE' } })
      expect(refused.result.message).toContain(`${away}: mmha-keepalived does not run`)
      await mmha.on(away, 'systemctl start mmha-keepalived')
      await mmha.ok('provision', INVENTORY, '--yes')
    })

    it('upgrade-mysql.yml: the standby, the VIP, the other; a run that is cut by a reboot goes on', async () => {
      const first = await holder()
      const second = first === 'm1' ? 'm2' : 'm1'
      await mmha.sql(
        first,
        'create database shop; create table shop.orders (id int primary key); insert into shop.orders values (1)',
      )
      const planned = await play('upgrade-mysql.yml', '--dry-run')
      expect(planned.exit, planned.stderr).toBe(0)
      const order = planned.result.steps
        ?.map(({ host, id }) => `${host} ${id}`)
        .filter((one) => !/ (ready|whole[^/]*)\//.test(one))
      expect(order).toEqual([
        'm1 package-lists/read-the-package-sources',
        'm2 package-lists/read-the-package-sources',
        `${second} standby/server`,
        'm1 switch/address',
        'm2 switch/address',
        `${first} the-other/server`,
      ])
      const began = await started(first)
      const cuts = new CutRuns(NAME)
      cuts.prepare()
      // The VIP has moved, the server that held it is still the older one.
      const cut = await cuts.run(words('upgrade-mysql.yml', '--yes', '--allow-restart'), 'the-other/server', 'reboot')
      expect(cut).toMatchObject({
        cut: true,
        done: expect.arrayContaining([`${second} standby/server`, `${first} switch/address`]),
      })
      expect(await holder()).toBe(second)
      expect(await offered(second)).toBe('')
      expect(await offered(first)).not.toBe('')
      const { exit, last, done } = await cuts.run(
        words('upgrade-mysql.yml', '--yes', '--allow-restart'),
        null,
        'killed',
      )
      expect(exit, JSON.stringify(last)).toBe(0)
      expect(done.filter((one) => !/ (ready|whole[^/]*)\//.test(one))).toEqual([`${first} standby/server`])
      expect(await Promise.all(['m1', 'm2'].map(offered))).toEqual(['', ''])
      expect(await started(first)).not.toBe(began)
      expect(await holder()).toBe(second)
      expect(await mmha.ok('status', INVENTORY)).toContain('whole: either host may be lost')
      await mmha.sql(second, 'insert into shop.orders values (2)')
      expect(await mmha.sql(first, 'select count(*) from shop.orders')).toBe('2')
      const again = await play('upgrade-mysql.yml', '--yes')
      expect(again.result.hosts?.map(({ changed }) => changed)).toEqual([0, 0])
    })

    it('upgrade-mysql.yml: nothing is made older, however much the sources want it', async () => {
      await offerServer(lab(), masters(), folder, (version) => version.replace(/\d+([^.]*)$/, '0$1'))
      for (const { root } of masters()) rmSync(join(root, 'var/lib/mmha/package-lists'), { force: true })
      const pin = 'Package: *\\nPin: release a=newer\\nPin-Priority: 1001\\n'
      for (const host of ['m1', 'm2'])
        await mmha.on(host, `printf '${pin}' >/etc/apt/preferences.d/older; apt-get -q update`)
      const run = await play('upgrade-mysql.yml', '--yes', '--allow-restart')
      expect(run.exit, run.stderr).toBe(0)
      expect(run.result.steps?.filter(({ id }) => !id.startsWith('package-lists/'))).toEqual([])
    })

    it('a system that was not started by systemd is named, and refused before anything is touched', async () => {
      const [m1] = masters()
      // The disk of a host, without its init: as a container or a chroot shows it.
      const script = `MMHA_UID=0 MMHA_SUDO=1\n${HOST_FACTS_SCRIPT}`
      const { stdout } = await attempt(['chroot', m1?.root ?? '', '/bin/sh', '-s'], { input: script })
      const facts = parseHostFacts(stdout)
      expect(facts).toMatchObject({ init: 'sysv', packageManager: 'apt', os: { id: 'debian' } })
      const refusal = (name: string, params: object) => {
        const module = modules[name]
        const found = module?.parse('')
        const given = module?.params.parse(params)
        return () => module?.plan(given, context(facts.server, found, found, { facts }))
      }
      expect(refusal('pair_preflight', {})).toThrow('it was not started by systemd')
    })

    const offered = (host: string) => mmha.on(host, STILL_OLDER)

    function started(host: string): Promise<string> {
      return mmha.on(host, 'cat /proc/$(pidof mysqld mariadbd)/stat | cut -d " " -f 22')
    }
  },
)
