import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Journal } from '../../../src/engine/journal.ts'
import type { RunResult } from '../../../src/engine/result.ts'
import { run } from '../../../src/engine/run.ts'
import { MmhaError } from '../../../src/events/error.ts'
import { connect } from '../../../src/hosts/connection.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import type { Host, Inventory } from '../../../src/inventory/inventory.ts'
import { runId } from '../../../src/modules/host-journal.ts'
import { modules } from '../../../src/modules/registry.ts'
import { playbookFrom } from '../../../src/playbook/load.ts'
import { type LocalSshd, SSHD, startSshd } from '../hosts/local-sshd.ts'
import { INVENTORY } from './pair-context.ts'

/** A /etc, a journal, a lock and a name that only this sshd and what it starts can see: a host, as far as modules go. */
const OWN_WORLD = `mkdir -p /run/mmha /var/lib/mmha
cp -a /etc "$1"
mount --bind "$1/etc" /etc
mount -t tmpfs tmpfs /run/mmha
mount -t tmpfs tmpfs /var/lib/mmha`

describe.skipIf(SSHD === null || process.getuid?.() !== 0)('modules on hosts', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-unit-modules-'))
  const sshds: LocalSshd[] = []
  let inventory: Inventory
  let runs = 0
  const http = createServer((_, response) => response.end('mysql_up 1\n'))
  const tcp = createTcpServer((socket) => socket.destroy())

  beforeAll(async () => {
    for (let i = 0; i < INVENTORY.masters.length; i += 1) sshds.push(await startSshd([], OWN_WORLD))
    const masters = INVENTORY.masters.map((host, i): Host => {
      const sshd = sshds[i]
      if (sshd === undefined) throw new Error('no sshd')
      return { ...host, address: '127.0.0.1', nic: 'lo', ssh: sshd.target }
    })
    const [m1, m2] = masters
    if (m1 === undefined || m2 === undefined) throw new Error('no hosts')
    inventory = { ...INVENTORY, vip: { address: '127.0.0.100', prefix: 8, label: null }, masters: [m1, m2] }
    for (const server of [http, tcp]) await new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()))
  }, 120_000)
  afterAll(async () => {
    http.close()
    tcp.close()
    await Promise.all(sshds.map((sshd) => sshd.stop()))
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  const portOf = (server: typeof http | typeof tcp) => (server.address() as AddressInfo).port

  /** Approves what it is asked once; more would be steps that nobody foresaw. */
  async function played(text: string, command = 'playbook run'): Promise<RunResult & { readonly id: string }> {
    const id = runId(new Date(Date.UTC(2100, 0, 1, 0, runs++, 0)), Buffer.from('ab12', 'hex'))
    const journal = new Journal({ id, command, by: 'me@here', started: '2100-01-01T00:00:00.000Z' })
    const plays = playbookFrom(parseSource(text, join(folder, 'p.yml')), { modules, tags: [] })
    const approve = ({ unforeseen }: { readonly unforeseen: boolean }) => Promise.resolve(!unforeseen)
    const result = await run({
      inventory,
      plays,
      sink: () => undefined,
      mode: 'apply',
      approve,
      allowRestart: true,
      journal,
    })
    return { ...result, id }
  }

  async function on(index: 0 | 1, command: string): Promise<string> {
    const { name, ssh } = inventory.masters[index]
    const connection = await connect(name, ssh)
    try {
      const { stdout, stderr, code } = await connection.exec(command)
      if (code !== 0) throw new Error(`${command}: ${stderr}`)
      return stdout
    } finally {
      await connection.close()
    }
  }

  const left = ({ steps }: RunResult) => steps.map(({ host, id }) => `${host} ${id}`)

  it('do what is missing, find nothing the second time, and are taken back byte for byte', async () => {
    writeFileSync(join(folder, 'made.sh'), '#!/bin/sh\nprintf "%s\\n" "$@" >/etc/by-script\n')
    const text = `
- name: All
  hosts: masters
  vars: { words: [one, "it's two"] }
  tasks:
    - name: Options
      ini_option: { path: /etc/t.cnf, create: true, section: mysqld, option: "{{item.name}}", value: "{{item.to}}", validate: grep -q mysqld %s }
      loop: [{ name: max-connections, to: 500 }, { name: sql_mode, to: "A,B" }]
    - name: Words
      lineinfile: { path: /etc/issue, line: "{{item}}" }
      loop: "{{vars.words}}"
    - name: No name
      lineinfile: { path: /etc/hosts, match: localhost, state: absent }
    - name: Job
      cron: { name: mmha-test, schedule: "1 2 * * *", command: "true" }
    - name: Kernel
      sysctl: { name: kernel.domainname, value: "{{host.name}}.example" }
    - name: Account
      user: { name: mmha-test, system: true, groups: [adm], shell: /bin/sh }
    - name: Command
      command: { run: "echo '{{host.name}}' >/etc/by-command", creates: /etc/by-command, undo: rm -f /etc/by-command }
    - name: Script
      script: { src: made.sh, args: ["a b", 7], creates: /etc/by-script, undo: rm -f /etc/by-script }
    - name: Port
      wait_for: { port: ${portOf(tcp)}, timeout: 60 }
    - name: File
      wait_for: { path: /etc/by-script, timeout: 60 }
    - name: Page
      http_check: { url: "http://127.0.0.1:${portOf(http)}/", contains: mysql_up 1, timeout: 60 }
`
    // What the tools that edit accounts leave as a copy is nobody's.
    const state = `sysctl -n kernel.domainname; cd /etc && find . ! -name '*-' ! -name '.pwd.lock' -printf '%p %m %u %l\\n' -type f -exec sha256sum {} + | sort`
    const before = [await on(0, state), await on(1, state)]
    const first = await played(text)
    expect(left(first)).toContain('m2 all/words/it-s-two')
    expect(await on(0, 'cat /etc/t.cnf')).toBe('[mysqld]\nmax-connections = 500\nsql_mode = A,B\n')
    expect(await on(1, 'tail -n 2 /etc/issue; cat /etc/by-command /etc/by-script; sysctl -n kernel.domainname')).toBe(
      "one\nit's two\nm2\na b\n7\nm2.example\n",
    )
    expect(await on(0, 'id -Gn mmha-test; grep -c localhost /etc/hosts || :')).toMatch(/\badm\b.*\n0\n$/)
    expect(left(await played(text))).toEqual([])

    await played(
      `[{ name: rollback, hosts: masters, serial: true, tasks: [{ name: back, run_undo: { run: ${first.id} } }] }]`,
      'rollback',
    )
    expect([await on(0, state), await on(1, state)]).toEqual(before)
  })

  it('a copy is compared by content and rights, also where a link leads to it; it goes into no directory', async () => {
    writeFileSync(join(folder, 'rules.yml'), 'one\n')
    const text = (dest: string) =>
      `[{ name: Copies, hosts: m1, tasks: [{ name: Rules, copy: { src: rules.yml, dest: ${dest}, mode: "0640" } }] }]`
    expect(left(await played(text('/etc/copied/rules.yml')))).toEqual(['m1 copies/rules'])
    expect(left(await played(text('/etc/copied/rules.yml')))).toEqual([])
    await on(0, 'ln -s rules.yml /etc/copied/link; chmod 666 /etc/copied/rules.yml')
    const { id } = await played(text('/etc/copied/link'))
    expect(await on(0, 'stat -c "%a %h" /etc/copied/rules.yml; readlink /etc/copied/link')).toBe('640 1\nrules.yml\n')
    expect(left(await played(text('/etc/copied/link')))).toEqual([])
    await played(`[{ name: rollback, hosts: m1, tasks: [{ name: back, run_undo: { run: ${id} } }] }]`, 'rollback')
    expect(await on(0, 'stat -L -c %a /etc/copied/link')).toBe('666\n')
    await expect(played(text('/etc/copied'))).rejects.toMatchObject({ code: 'FILE_KIND', exit: 5 })
  })

  it('a serial play takes the inventory’s first host first where nobody holds the VIP, never both at once', async () => {
    const there = join(folder, 'm2-is-at-work')
    const text = `
- name: Turns
  hosts: masters
  serial: true
  tasks:
    - { name: alone, when: host.name == 'm1', command: { run: "for look in $(seq 30); do [ ! -e ${there} ] || exit 1; sleep 0.1; done" } }
    - { name: here, when: host.name == 'm2', command: { run: "touch ${there}" } }
`
    expect(left(await played(text))).toEqual(['m1 turns/alone', 'm2 turns/here'])
  })

  it('a command that nothing says was done runs once a run; one that reads is known before', async () => {
    const text = `
- name: Always
  hosts: m1
  tasks:
    - { name: Look, command: { run: uname -s, reads: true }, register: system }
    - { name: Count, command: { run: echo x >>/etc/count } }
    - { name: Say, file: { path: /etc/said, content: "{{registered.system.stdout}}" }, when: registered.system.status == 0 }
`
    expect(left(await played(text))).toEqual(['m1 always/count', 'm1 always/say'])
    expect(left(await played(text))).toEqual(['m1 always/count'])
    expect(await on(0, 'cat /etc/count /etc/said')).toBe('x\nx\nLinux\n')
  })

  it.each([
    ['a command that takes too long', 'command: { run: sleep 60, timeout: 1 }', 'not finished after 1 s'],
    ['a command that fails', 'command: { run: "echo why; exit 3" }', 'with status 3\n    why'],
    [
      'a port that stays closed',
      'wait_for: { port: 1, timeout: 1 }',
      'waited 1 s until 127.0.0.1 port 1 answers: not so',
    ],
    ['an assertion, when its turn comes', 'assert: { that: "facts.uid == 7", late: true, message: be 7 }', 'be 7'],
    ['an assertion, before', 'assert: { that: "facts.uid == 7" }', 't: not so: facts.uid == 7'],
    [
      'a new file that is refused',
      'lineinfile: { path: /etc/refused, create: true, line: x, validate: grep y %s }',
      'status 1',
    ],
  ])('%s ends the run and leaves nothing behind', async (_, task, expected) => {
    const failed = await played(`[{ name: P, hosts: m1, tasks: [{ name: t, ${task} }] }]`).catch(
      (error: unknown) => error,
    )
    expect(failed).toBeInstanceOf(MmhaError)
    expect((failed as MmhaError).message).toContain(expected)
    expect(await on(0, 'ls /etc | grep -c -e mmha-new -e refused || :')).toBe('0\n')
  })
})
