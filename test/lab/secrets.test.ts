import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/inventory/secret.ts'
import { sealVault } from '../../src/inventory/vault-format.ts'
import { labDown } from '../../src/lab/down.ts'
import { hostNamed } from '../../src/lab/faults.ts'
import { execIn, initOf } from '../../src/lab/machine.ts'
import { type LabHost, readState } from '../../src/lab/state.ts'
import { lastDocument, Mmha, type Outcome } from './support/mmha.ts'
import { ownFolder } from './support/own-folder.ts'
import { isPrivate, ProcessWatch, pathOnHost, rootsOf, SecretScan } from './support/secret-scan.ts'
import { run } from './wizard/namespaces.ts'
import { openTerminal, type TestTerminal } from './wizard/terminal.ts'

/** `npm run mysql:reading` has MySQL here, which takes too long for every run. */
const SERVER = process.env.MMHA_SERVER ?? 'mariadb-10.11'
const IS_MYSQL = SERVER.startsWith('mysql')
const NAME = IS_MYSQL ? 'secrets-mysql' : 'secrets'
const MASTERS = ['m1', 'm2'] as const
const OPTIONS = IS_MYSQL ? '/etc/mysql/mysql.conf.d' : '/etc/mysql/mariadb.conf.d'
const tree = resolve(import.meta.dirname, '../..')
const random = (bytes = 15) => randomBytes(bytes).toString('base64url')

/** Where a secret may lie on a host: its use. Never for others than root and the server. */
const HOMES: readonly RegExp[] = [
  /^\/etc\/mmha\/(peer|role)\.cnf$/,
  // VRRP version 2 has its password in the configuration.
  /^\/etc\/keepalived\/keepalived\.conf$/,
  // Former files and how to take a step back: docs/provisioning.md says so.
  /^\/var\/lib\/mmha\/runs\//,
  // The server keeps the password of a channel there.
  /^\/var\/lib\/mysql\/master[^/]*\.info$/,
  // MySQL has it in mysql.slave_master_info: that tablespace, and what InnoDB keeps of its pages.
  /^\/var\/lib\/mysql\/(mysql\.ibd|#ib_16384_\d+\.dblwr|undo_00\d|#innodb_redo\/#ib_redo\d+)$/,
]

describe.skipIf(process.getuid?.() !== 0)('no secret is seen anywhere (needs root)', () => {
  const folder = ownFolder('secrets')
  const [home, own] = [join(folder, 'home'), join(folder, 'own')]
  const scan = new SecretScan()
  const mmha = new Mmha(NAME, { HOME: home, XDG_STATE_HOME: join(home, 'state'), TMPDIR: join(home, 'tmp') })
  const outcomes: { readonly what: string; readonly text: string }[] = []
  const [pair, prompting, wrong] = ['pair', 'prompting', 'wrong'].map((name) => join(folder, `${name}.yml`)) as [
    string,
    string,
    string,
  ]
  let hosts: readonly LabHost[] = []
  let watch: ProcessWatch

  const ran = async (...words: readonly string[]): Promise<Outcome> => {
    const outcome = await mmha.run(...words)
    outcomes.push({ what: `mmha ${words.join(' ')}`, text: outcome.stdout + outcome.stderr })
    return outcome
  }

  beforeAll(async () => {
    for (const path of [join(home, 'tmp'), own]) mkdirSync(path, { recursive: true })
    const lab = join(folder, 'lab.yml')
    const head = 'vip: 10.77.0.100/24\nnic: host0\nclient: 10.77.0.20\n'
    writeFileSync(lab, `${head}masters: [10.77.0.11, 10.77.0.12]\n`)
    await mmha.ok('lab', 'down')
    await mmha.ok('lab', 'up', lab, '--server', SERVER)
    const state = readState(NAME)
    if (state === null) throw new Error('no lab')
    hosts = MASTERS.map((name) => hostNamed(state, name))
    const secret = (name: string, text = random()) => scan.add(name, text)
    const file = (name: string, text: string) => {
      writeFileSync(join(own, name), `${text}\n`, { mode: 0o600 })
      return join(own, name)
    }
    const passphrase = secret('passphrase of the key')
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(own, 'key')])
    // The test's own argv must not be what is found: the passphrase goes in over a file that ssh-keygen asks.
    const ask = file('ask.sh', `#!/bin/sh\ncat ${file('passphrase', passphrase)}`)
    execFileSync('chmod', ['700', ask])
    execFileSync('ssh-keygen', ['-q', '-p', '-f', join(own, 'key')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force' },
    })
    const [login, root1, root2] = [secret('password of ops on m2'), secret('root of m1'), secret('root of m2')]
    const key = readFileSync(join(own, 'key.pub'), 'utf8')
    await prepare('m1', `ops:${random()}\nroot:${root1}\n`, key)
    await prepare('m2', `ops:${login}\nroot:${root2}\n`, '')
    const vaultPassword = secret('vault password')
    process.env.MMHA_VAULT_PASSWORD_FILE = file('vault-password', vaultPassword)
    process.env.SECRETS_TEST_REPLICATION = secret('replication password')
    const sealed = sealVault(Buffer.from(login), new Secret(vaultPassword), null).trimEnd()
    const vault = sealed.split('\n').join('\n          ')
    const inventory = (phrase: string, become: string) => `name: pair
${head}masters:
  - address: 10.77.0.11
    ssh:
      user: ops
      keys: [${join(own, 'key')}]
      identitiesOnly: true
      ${phrase}
      become: { method: su, password: { command: "cat ${file('root1', root1)}" } }
  - address: 10.77.0.12
    ssh:
      user: ops
      password: !vault |
          ${vault}
      become: { method: su, password: { file: ${file(become === '' ? 'root2' : 'no', become || root2)} } }
replication: { password: { env: SECRETS_TEST_REPLICATION } }
vrrp: { version: 2, authPass: { file: ${file('vrrp', secret('password of VRRP', random(6)))} } }
`
    const known = `passphrase: { file: ${join(own, 'passphrase')} }`
    writeFileSync(pair, inventory(known, ''))
    writeFileSync(prompting, inventory('', ''))
    writeFileSync(wrong, inventory(known, secret('a wrong password')))
    watch = new ProcessWatch()
  })
  afterAll(async () => {
    watch?.stop()
    await labDown(NAME, () => undefined)
    rmSync(folder, { recursive: true })
  })

  async function prepare(host: string, passwords: string, key: string): Promise<void> {
    const at = hosts.find(({ name }) => name === host)
    if (at === undefined) throw new Error(`no ${host}`)
    const script = `set -e; useradd --create-home --shell /bin/sh ops; mkdir -p /home/ops/.ssh ${OPTIONS}
      echo '${key.trim()}' >/home/ops/.ssh/authorized_keys; chown -R ops /home/ops
      printf '[mysqld]\\ngeneral_log = 1\\ngeneral_log_file = /var/lib/mysql/general.log\\n' >${OPTIONS}/00-log.cnf
      chpasswd`
    const { code, stderr } = await execIn(at, ['sh', '-c', script], { input: passwords })
    expect(code, stderr).toBe(0)
  }

  /** Made by mmha on the hosts. */
  async function addGenerated(when: string): Promise<void> {
    for (const host of MASTERS) {
      const found = await mmha.on(host, "sed -n 's/^password *= *//p' /etc/mmha/role.cnf | tr -d '\"'")
      scan.add(`generated on ${host}, ${when}`, found)
    }
  }

  it('a plan, a run at a terminal that asks, new passwords, a drill, a failure: all that says something', async () => {
    const plan = await ran('plan', pair, '--explain', '--out', join(home, 'approved.plan'))
    expect(plan.code, plan.stderr).toBe(0)
    expect((await ran('plan', pair, '--json')).code).toBe(0)
    const said = join(home, 'terminal.txt')
    const words = ['provision', prompting, '--yes', '--verbose', '--explain']
    const socket = join(folder, 'tmux')
    const terminal = openTerminal(socket, [], [process.execPath, 'dist/mmha.js', ...words], {
      cwd: tree,
      env: { MMHA_LAB: NAME, HOME: home, XDG_STATE_HOME: join(home, 'state'), TMPDIR: join(home, 'tmp') },
    })
    try {
      run('tmux', ['-S', socket, 'pipe-pane', '-t', 'wizard', `cat >>${said}`])
      await terminal.shows(/passphrase/i)
      // Typed by tmux's own buffer, which no process list shows.
      run('tmux', ['-S', socket, 'load-buffer', join(own, 'passphrase')])
      run('tmux', ['-S', socket, 'paste-buffer', '-d', '-t', 'wizard'])
      await over(terminal)
      expect(await terminal.ended(), terminal.screen()).toBe(0)
      outcomes.push({ what: 'the screen', text: terminal.screen() })
    } finally {
      terminal.close()
    }
    await addGenerated('first')
    const rotated = await ran('rotate-secrets', pair, '--yes', '--json', '--verbose')
    expect(rotated.code, rotated.stderr).toBe(0)
    await addGenerated('then')
    expect((await ran('rotate-secrets', pair, '--dry-run', '--explain')).code).toBe(0)
    const { run: rotation } = lastDocument<{ run: string }>(rotated.stdout)
    expect((await ran('rollback', pair, rotation, '--dry-run')).code).toBe(0)
    const back = await ran('rollback', pair, rotation, '--yes', '--json', '-vv')
    expect(back.code, back.stderr).toBe(0)
    await addGenerated('taken back')
    expect((await ran('teardown', pair, '--dry-run', '--explain', '-vv')).code).toBe(0)
    expect((await ran('preflight', pair, '--json')).code).toBe(0)
    await encrypted()
    expect((await ran('verify', pair, '--faults', 'stop', '--json', '--report', join(home, 'report.md'))).code).toBe(0)
    expect((await ran('status', pair, '--json')).code).toBe(0)
    expect((await ran('runs', pair, '--steps')).code).toBe(0)
    const again = await ran('provision', pair, '--yes', '--json', '--verbose', '--explain')
    expect(lastDocument<{ steps: unknown }>(again.stdout).steps).toEqual([])
    process.env.MMHA_DEBUG = '1'
    const refused = await ran('provision', wrong, '--yes', '--json', '--verbose')
    delete process.env.MMHA_DEBUG
    expect(lastDocument<{ code: string }>(refused.stdout)).toMatchObject({ type: 'error', code: 'BECOME_DENIED' })
    expect(refused.code).not.toBe(0)
  })

  /** A file with a secret: encrypted, and edited by a program that looks for where its plain text lies. */
  async function encrypted(): Promise<void> {
    const [file, editor, where] = ['edited.yml', 'editor.sh', 'where'].map((name) => join(own, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(file, `password: ${scan.add('value that is edited', random())}\n`, { mode: 0o600 })
    writeFileSync(editor, `#!/bin/sh\nset -e; grep -q password: "$1"; echo "$1" >${where}; echo '# seen' >>"$1"\n`, {
      mode: 0o700,
    })
    const before = process.env.VISUAL
    process.env.VISUAL = editor
    try {
      for (const what of ['encrypt', 'edit']) expect((await ran('vault', what, file)).code).toBe(0)
    } finally {
      if (before === undefined) delete process.env.VISUAL
      else process.env.VISUAL = before
    }
    const plain = readFileSync(where, 'utf8').trim()
    expect(plain).toMatch(/^\/dev\/shm\//)
    expect(existsSync(plain)).toBe(false)
    expect(scan.in(readFileSync(file, 'latin1'))).toEqual([])
  }

  it('is not in what was said', () => {
    expect(outcomes.length).toBeGreaterThan(12)
    expect(outcomes.flatMap(({ what, text }) => scan.in(text).map((name) => `${what}: ${name}`))).toEqual([])
  })

  it('is not in what was left here: logs of runs, the plan, the report, the terminal, temporary files', () => {
    const found = scan.files([home, '/var/log', '/dev/shm'], join(own, 'list'))
    expect(found.map(({ file, names }) => `${file}: ${names.join(', ')}`)).toEqual([])
    const log = execFileSync('find', [home, '-type', 'f'], { encoding: 'utf8' })
    for (const part of ['approved.plan', 'report.md', 'terminal.txt', '/runs/']) expect(log).toContain(part)
  })

  it('is not in a command line, nor in the environment of anybody but root', () => {
    watch.stop()
    expect(watch.looks).toBeGreaterThan(100)
    // Seen from here are the hosts' own processes: else nothing was proven of them.
    expect(watch.seen.some((line) => line.includes('mmha-keepalived'))).toBe(true)
    expect(watch.seen.some((line) => line.includes('/bin/sh -s') || line.includes('sh -s'))).toBe(true)
    expect(watch.seen.flatMap((line) => scan.in(line).map((name) => `${name}: ${line.slice(0, 200)}`))).toEqual([])
  })

  it('is on the hosts where it is used, for root and the server alone, and nowhere else', async () => {
    for (const host of hosts) {
      const found = onHost(host)
      expect(found.filter(({ home }) => !home).map(({ path, names }) => `${host.name} ${path}: ${names}`)).toEqual([])
      expect(found.filter(({ open }) => open).map(({ path }) => `${host.name} ${path}`)).toEqual([])
      expect(found.map(({ path }) => path)).toContain('/etc/mmha/peer.cnf')
      const general = await mmha.on(host.name, 'cat /var/lib/mysql/general.log')
      // The accounts were made while it was on.
      expect(general).toContain('mmha_repl')
      expect(scan.in(general)).toEqual([])
      expect(scan.in(await mmha.on(host.name, 'journalctl --all --output=export | tr -d "\\000"'))).toEqual([])
    }
  })

  it('would be found: in a text, a file, a command line, the history of a shell, the general log, the journal', async () => {
    const planted = scan.add('planted', `Pl4nt-${random()}`)
    const [m1] = hosts
    if (m1 === undefined) throw new Error('no m1')
    expect(scan.in(`x ${planted} y`)).toEqual(['planted'])
    expect(scan.in(Buffer.from(planted).toString('base64'))).toEqual(['planted'])
    writeFileSync(join(home, 'left.log'), planted)
    expect(scan.files([home], join(own, 'list')).map(({ file }) => file)).toEqual([join(home, 'left.log')])
    const second = new ProcessWatch()
    await mmha.on('m1', `echo 'mysql -p${planted}' >>/root/.bash_history; sleep 0.5 # ${planted}`)
    second.stop()
    expect(second.seen.flatMap((line) => scan.in(line))).toContain('planted')
    await mmha.on(
      'm1',
      `echo ${planted} | systemd-cat; journalctl --sync; cp /etc/mmha/role.cnf /etc/mmha/role.cnf.bak; chmod 644 /etc/mmha/peer.cnf`,
    )
    await mmha.sql('m1', `SELECT "${planted}"`)
    const found = onHost(m1)
    const foreign = found.filter(({ home }) => !home).map(({ path }) => path)
    for (const path of ['/root/.bash_history', '/etc/mmha/role.cnf.bak', '/var/lib/mysql/general.log']) {
      expect(foreign).toContain(path)
    }
    expect(found.filter(({ open }) => open).map(({ path }) => path)).toContain('/etc/mmha/peer.cnf')
    expect(scan.in(await mmha.on('m1', 'journalctl --all --output=export | tr -d "\\000"'))).toContain('planted')
  })

  interface Found {
    readonly path: string
    readonly names: string
    readonly home: boolean
    readonly open: boolean
  }

  function onHost(host: LabHost): readonly Found[] {
    const roots = rootsOf(host.disk, initOf(host))
    return scan.files(roots, join(own, 'list')).map(({ file, names }) => {
      const inMemory = roots.slice(1).find((root) => file.startsWith(`${root}/`))
      const path = inMemory === undefined ? pathOnHost(file, roots) : file.replace(/^\/proc\/\d+\/root/, '')
      return { path, names: names.join(', '), home: HOMES.some((one) => one.test(path)), open: !isPrivate(file) }
    })
  }
})

/** Waits longer than a question may take: for a whole first run. */
async function over(terminal: TestTerminal): Promise<void> {
  const deadline = Date.now() + 400_000
  while (!terminal.screen().includes('[exit status')) {
    if (Date.now() > deadline) throw new Error(`the run does not end:\n${terminal.screen()}`)
    await delay(200)
  }
}
