import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { labDown } from '../../src/lab/down.ts'
import { hostNamed, reboot } from '../../src/lab/faults.ts'
import { execIn } from '../../src/lab/machine.ts'
import { cutCable, plugCable } from '../../src/lab/network.ts'
import type { LabHost, LabState } from '../../src/lab/state.ts'
import { labUp } from '../../src/lab/up.ts'
import { lastDocument, Mmha } from './support/mmha.ts'
import { ownFolder } from './support/own-folder.ts'
import { openTerminal } from './wizard/terminal.ts'

const NAME = 'enginetest'
const tree = resolve(import.meta.dirname, '../..')
const inventoryFile = join(tree, 'inventories/lab.yml')
const silent = () => undefined

/** The last document of a run with --json. */
interface Result {
  readonly steps?: readonly { readonly host: string; readonly title: string }[]
  readonly hosts?: readonly object[]
}

const GOODS = `
- name: Goods
  hosts: masters
  tasks:
    - name: Motto
      file: { path: /etc/mmha/motto, content: "this is {{host.name}}\\n", mode: "0640" }
    - name: Copy
      copy: { src: package.json, dest: /opt/mmha/package.json }
    - name: Unit file
      file:
        path: /etc/systemd/system/goods.service
        content: |
          [Service]
          ExecStart=/bin/sleep infinity
          [Install]
          WantedBy=multi-user.target
    - name: Firewall
      firewall:
        accept:
          - { protocol: vrrp, from: "{{peer.address}}", to: 224.0.0.18 }
          - { protocol: tcp, from: "{{inventory.clients}}", port: "{{inventory.server.port}}" }
    - name: Service
      service: { unit: goods.service, enabled: true, state: started }
  handlers:
    - name: Service follows its file
      service: { unit: goods.service, restartedAfter: [/etc/mmha/motto] }
`

describe.skipIf(process.getuid?.() !== 0)('plan and provision on real hosts (needs root)', () => {
  const folder = ownFolder('engine')
  let lab: LabState
  let m1: LabHost
  let m2: LabHost

  beforeAll(async () => {
    await labDown(NAME, silent)
    const inventory = loadInventory(inventoryFile, { sshDefaults: () => null })
    lab = await labUp({ name: NAME, inventory, flavour: 'mysql-9.7', fallback: 'mariadb-11.8', sink: silent })
    m1 = hostNamed(lab, 'm1')
    m2 = hostNamed(lab, 'm2')
    // m2 has nothing that loads rules at boot: our own unit has to.
    await on(m2, 'apt-get -q -y purge netfilter-persistent iptables-persistent >/dev/null && rm -rf /etc/iptables')
  })
  afterAll(async () => {
    await labDown(NAME, silent)
    rmSync(folder, { recursive: true, force: true })
  })

  const cli = new Mmha(NAME)
  /** All that GOODS may change, on each host, before anything did. */
  let before: readonly string[]

  function written(playbook: string): string {
    const file = join(folder, 'playbook.yml')
    writeFileSync(file, playbook)
    return file
  }

  async function mmha(command: string, playbook: string, ...more: readonly string[]) {
    const outcome = await cli.run(command, inventoryFile, '--playbook', written(playbook), '--json', ...more)
    const result = lastDocument<Result>(outcome.stdout)
    const steps = (result.steps ?? []).map(({ host, title }) => `${host} ${title}`).sort()
    return { exit: outcome.code, stderr: outcome.stderr, result, steps }
  }

  it('plan says what is missing and changes nothing', async () => {
    await Promise.all([m1, m2].map((host) => on(host, 'touch /var/tmp/before')))
    before = await Promise.all([m1, m2].map(allOf))
    const outcome = await mmha('plan', GOODS, '--detailed-exitcode')
    expect(outcome.exit).toBe(2)
    expect(outcome.steps).toContain('m1 Motto: write /etc/mmha/motto')
    for (const host of [m1, m2]) {
      const changed = await on(
        host,
        'find / -xdev -newer /var/tmp/before -type f ! -path "/var/log/*" ! -path "/run/*" ! -path "/tmp/*" ! -path "/proc/*"',
      )
      expect(changed).toBe('')
      expect(await on(host, 'iptables -S | grep -c MMHA || :')).toBe('0')
    }
  })

  it('a plan of a file is applied as it is, or not at all', async () => {
    const plan = join(folder, 'approved.plan')
    expect((await mmha('plan', GOODS, '--out', plan)).exit).toBe(0)
    expect(statSync(plan).mode & 0o777).toBe(0o600)
    await on(m2, 'mkdir -p /etc/mmha && echo other >/etc/mmha/motto')
    const provision = () => cli.run('provision', inventoryFile, '--plan', plan, '--json')
    const refused = await provision()
    expect(refused.code).toBe(5)
    expect(refused.stderr).toContain('m2: planned: Motto: write /etc/mmha/motto; now: Motto: rewrite /etc/mmha/motto')
    expect(await on(m1, 'ls /etc')).not.toContain('mmha')
    await on(m2, 'rm -r /etc/mmha')
    expect((await provision()).code).toBe(0)
    expect(await on(m2, 'cat /etc/mmha/motto')).toBe('this is m2')
  })

  it('a run is taken back, byte for byte', async () => {
    const [run = ''] = /^\S+Z-\S+/m.exec(await cli.ok('runs', inventoryFile)) ?? []
    const plan = await cli.run('rollback', inventoryFile, run, '--dry-run')
    expect(plan.stdout).toContain('take back: Motto: write /etc/mmha/motto')
    await cli.ok('rollback', inventoryFile, run, '--yes')
    expect(await Promise.all([m1, m2].map(allOf))).toEqual(before)
    expect(await cli.ok('runs', inventoryFile)).toMatch(/m2: \d+ steps, rolled back/)
    expect(await cli.ok('rollback', inventoryFile, run, '--yes')).toContain('changed=0')
  })

  it('asks before each step, on the hosts that were named, and does what it is told', async () => {
    const words = [
      'provision',
      inventoryFile,
      '--playbook',
      written(GOODS),
      '--limit',
      'm1',
      '--only',
      'motto,copy',
      '--step',
    ]
    const terminal = openTerminal(join(folder, 'tmux'), [], [process.execPath, 'dist/mmha.js', ...words], {
      cwd: tree,
      env: { MMHA_LAB: NAME },
    })
    try {
      await terminal.shows('? m1: Motto: write /etc/mmha/motto')
      terminal.press('Down', 'Enter')
      await terminal.shows('? m1: Copy: copy package.json')
      terminal.press('Enter')
      await terminal.shows('m1: not done, as you said: Motto: write /etc/mmha/motto')
      expect(await terminal.ended()).toBe(0)
    } finally {
      terminal.close()
    }
    expect(await on(m1, 'ls /etc /opt/mmha')).toMatch(/^package.json$/m)
    expect(await on(m1, 'ls /etc')).not.toContain('mmha')
  })

  it('provision applies it; a second run changes nothing, in 9 round trips', async () => {
    const first = await mmha('provision', GOODS, '--yes')
    expect(first).toMatchObject({ exit: 0 })
    for (const host of [m1, m2]) {
      expect(await on(host, 'cat /etc/mmha/motto; stat -c %a /etc/mmha/motto')).toBe(`this is ${host.name}\n640`)
      expect(await on(host, 'systemctl is-active goods.service; systemctl is-enabled goods.service')).toBe(
        'active\nenabled',
      )
      expect(await on(host, 'sha256sum </opt/mmha/package.json')).toBe(
        await on(m1, 'sha256sum </opt/mmha/package.json'),
      )
    }
    const second = await mmha('provision', GOODS, '--yes')
    expect(second.exit).toBe(0)
    expect(second.steps).toEqual([])
    expect(second.result.hosts).toMatchObject([
      { host: 'm1', changed: 0, failed: 0, roundTrips: 9 },
      { host: 'm2', changed: 0, failed: 0, roundTrips: 9 },
    ])
  })

  it('finds a restart that nobody remembers, and does it once', async () => {
    await on(m1, 'touch /etc/mmha/motto')
    const pid = await on(m1, 'systemctl show -p MainPID --value goods.service')
    const outcome = await mmha('provision', GOODS, '--yes')
    expect(outcome.steps).toEqual(['m1 Service follows its file: restart goods.service'])
    expect(await on(m1, 'systemctl show -p MainPID --value goods.service')).not.toBe(pid)
    expect((await mmha('provision', GOODS, '--yes')).steps).toEqual([])
  })

  it('says what turns up in the middle of a run and was not in the plan', async () => {
    // The package brings the file that the next play doesn't want: nobody can know before.
    const surprise = `
- name: Package
  hosts: m1
  tasks:
    - name: psmisc
      package: { name: psmisc }
- name: Then
  hosts: m1
  tasks:
    - name: Without it
      file: { path: /usr/bin/peekfd, state: absent }
`
    expect((await mmha('plan', surprise)).steps).toEqual(['m1 psmisc: install psmisc'])
    const outcome = await cli.run('provision', inventoryFile, '--playbook', written(surprise), '--json', '--yes')
    const documents = outcome.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { code?: string; unplanned?: unknown; notNeeded?: unknown })
    expect(outcome.code).toBe(0)
    expect(documents.filter(({ code }) => code === 'plan.new')).toHaveLength(1)
    expect(documents.at(-1)).toMatchObject({ unplanned: [{ host: 'm1', id: 'then/without-it' }], notNeeded: [] })
  })

  it('shows a restart that its own changes will need, and does what it showed', async () => {
    const changed = GOODS.replace('this is', 'here is')
    const plan = await mmha('plan', changed)
    expect(plan.steps).toContain('m1 Service follows its file: restart goods.service')
    expect((await mmha('provision', changed, '--yes')).steps).toEqual(plan.steps)
  })

  it('firewall rules stand before the REJECT, also after a reboot', async () => {
    const inOrder = async (host: LabHost) => {
      const rules = (await on(host, 'iptables -S INPUT')).split('\n')
      const jump = rules.indexOf('-A INPUT -j MMHA')
      const reject = rules.findIndex((rule) => rule.includes('-j REJECT'))
      return jump >= 0 && (reject === -1 || jump < reject)
    }
    expect([await inOrder(m1), await inOrder(m2)]).toEqual([true, true])
    await Promise.all([m1, m2].map((host) => reboot(lab, host)))
    const [n1, n2] = [hostNamed(lab, 'm1'), hostNamed(lab, 'm2')]
    expect([await inOrder(n1), await inOrder(n2)]).toEqual([true, true])
    expect((await mmha('plan', GOODS.replace('this is', 'here is'))).steps).toEqual([])
  })

  it('a step that fails names host, step and reason; later plays wait; the same command goes on', async () => {
    const two = (name: string) => `
- name: First
  hosts: masters
  tasks:
    - name: Package
      package: { name: "${name}" }
- name: Then
  hosts: masters
  tasks:
    - name: After
      file: { path: /etc/mmha/after, content: "x\\n" }
`
    const failed = await mmha('provision', two('no-such-package'), '--yes')
    expect(failed.exit).toBe(1)
    expect(failed.result).toMatchObject({ type: 'error', code: 'STEP_FAILED', where: 'first/package' })
    for (const host of ['m1', 'm2']) expect(failed.stderr).toContain(`failed on ${host} with status 100`)
    expect(failed.stderr).toContain('Unable to locate package no-such-package')
    const [, log = ''] = /^log: (.*)$/m.exec(failed.stderr) ?? []
    expect(statSync(log).mode & 0o777).toBe(0o600)
    expect(readFileSync(log, 'utf8')).toMatch(/^\S+Z step.output m1: .*Unable to locate package no-such-package$/m)
    expect(await on(m1, 'ls /etc/mmha || :')).not.toContain('after')
    expect((await mmha('provision', two('iptables'), '--yes')).exit).toBe(0)
    expect(await on(m1, 'ls /etc/mmha')).toContain('after')
  })

  it('a cut cable is a failure of the step; the lock is not left behind', async () => {
    // A service whose start takes its time: the step that the cable is cut in.
    const slow = `
- name: Slow
  hosts: m1
  tasks:
    - name: Unit
      file: { path: /etc/systemd/system/slow.service, content: "[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/sleep 8\\n" }
- name: Start
  hosts: m1
  tasks:
    - name: Slow start
      service: { unit: slow.service, state: started }
`
    const child = spawn(
      process.execPath,
      ['dist/mmha.js', 'provision', inventoryFile, '--playbook', written(slow), '--json', '--yes'],
      { cwd: tree, env: { ...process.env, MMHA_LAB: NAME }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const lines: string[] = []
    const reader = createInterface({ input: child.stdout })
    reader.on('line', (line) => {
      lines.push(line)
      if (line.includes('"step.begin"') && line.includes('start slow.service')) void cutCable(lab, hostNamed(lab, 'm1'))
    })
    const [exit] = (await once(child, 'close')) as [number]
    await plugCable(lab, hostNamed(lab, 'm1'))
    expect(exit).toBe(3)
    expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({
      type: 'error',
      code: 'SSH_LINK_LOST',
      host: 'm1',
      where: 'start/slow-start/started',
    })
    // The host frees the lock when it has heard nothing for 15 s: about as long as we took to notice.
    let again = await mmha('provision', slow, '--yes')
    const deadline = Date.now() + 30_000
    while (again.exit === 75 && Date.now() < deadline) again = await mmha('provision', slow, '--yes')
    expect(again.exit).toBe(0)
    expect(await on(hostNamed(lab, 'm1'), 'systemctl is-active slow.service')).toBe('active')
  }, 120_000)
})

/** Files of /etc and /opt with their bytes, modes and owners, the packet filter, and what runs at boot. */
function allOf(host: LabHost): Promise<string> {
  return on(
    host,
    `find /etc /opt -type d -o -printf '%p %m %u %g %l\\n' | sort
find /etc /opt -type f -exec sha256sum {} + | sort
iptables-save | grep -v '^#' | sed 's/ \\[.*//'
systemctl list-unit-files --no-legend --no-pager; systemctl is-active goods.service || :`,
  )
}

/** Runs sh on a host from its console; its stdout, trimmed. */
async function on(host: LabHost, script: string): Promise<string> {
  const { stdout, stderr, code } = await execIn(host, ['sh', '-c', script])
  if (code !== 0) throw new Error(`${host.name}: ${script}: ${code}: ${stderr}`)
  return stdout.trim()
}
