import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import module from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { wrongLines } from '../../fixtures/event-lines.ts'

const program = resolve(import.meta.dirname, '../../../dist/mmha.js')

// `npm test` builds before it tests; without a build there is nothing to ask.
describe.skipIf(!existsSync(program))('the built CLI', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-cli-'))
  // Port 1 of loopback: refused at once, no packet leaves.
  const gone = 'vip: 127.0.0.100/24\nnic: lo\nssh: { port: 1 }\nmasters: [127.0.0.2, 127.0.0.3]\n'
  writeFileSync(join(folder, 'gone.yml'), gone)
  mkdirSync(join(folder, 'none'))
  mkdirSync(join(folder, 'fleet'))
  writeFileSync(join(folder, 'fleet', 'east.yml'), gone)
  writeFileSync(join(folder, 'fleet', 'west.yml'), gone.replaceAll(/127\.0\.0\.(\d)/g, '127.0.1.$1'))
  writeFileSync(join(folder, 'vault.yml'), '$ANSIBLE_VAULT;1.1;AES256\n3030\n')
  const play = '- name: P\n  hosts: masters\n  tasks:\n'
  const wrong = `${play}    - name: a\n      file: { path: /etc/motd, mod: "0644" }\n    - { name: b, fiel: { path: /etc/motd } }\n`
  writeFileSync(join(folder, 'wrong.yml'), wrong)
  writeFileSync(join(folder, 'unknown.yml'), `${play}    - { name: a, file: { path: "/etc/{{inventory.vpi}}" } }\n`)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function mmha(...words: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, MMHA_LAB: 'none' },
    })
    return { status, stdout, stderr }
  }

  it('lists its commands', () => {
    const { status, stdout } = mmha('--help')
    expect(status).toBe(0)
    for (const name of ['init', 'plan', 'provision', 'lab', 'schema']) expect(stdout).toContain(`\n  ${name} `)
  })

  const WRONG: readonly (readonly [name: string, words: readonly string[], said: string])[] = [
    ['no command', [], 'Usage: mmha'],
    ['no command of the lab', ['lab'], 'Usage: mmha lab'],
    ['unknown command', ['provison'], '(Did you mean provision?)\n  do: see `mmha --help`'],
    ['unknown command of the lab', ['lab', 'upp'], '(Did you mean up?)\n  do: see `mmha lab --help`'],
    ['unknown flag', ['plan', 'x.yml', '--jsn'], "'--jsn'\n(Did you mean --json?)\n  do: see `mmha plan --help`"],
    ['no inventory', ['plan'], "missing required argument 'inventory'"],
    ['two inventories', ['plan', 'a.yml', 'b.yml'], 'too many arguments'],
    ['inventory that is not there', ['verify', 'none.yml'], 'cannot read none.yml: no such file'],
    [
      'directory without an inventory',
      ['provision', 'none'],
      'cannot read none: no file in this directory ends with .yml',
    ],
    ['number that is none', ['verify', 'a.yml', '--runs', 'x'], 'a whole number from 1 to 1000'],
    ['unknown fault', ['verify', 'a.yml', '--faults', 'fire'], 'known faults: sigkill'],
    ['unknown server', ['lab', 'up', '--server', 'mysql-8'], 'mysql-9.7, mariadb-10.11, mariadb-11.8'],
    ['unknown server of the demo', ['demo', '--server', 'x'], 'mysql-9.7, mariadb-10.11, mariadb-11.8'],
    ['lab that is not up', ['lab', 'power', 'm1', 'on', '--name', 'no-such-lab'], 'the lab no-such-lab is not up'],
    ['questions without a terminal', ['init'], 'this is no terminal'],
    ['answers that are not there', ['init', '--answers', 'none.yml'], 'cannot read the answers file none.yml'],
    ['encrypted file that is none', ['vault', 'view', 'gone.yml'], 'gone.yml is not encrypted'],
    ['vault password file that is not there', ['plan', 'vault.yml', '--vault-password-file', 'none'], 'vault.yml:1:1 '],
    ['genhash of nothing', ['genhash'], 'give the server with -s'],
    ['genhash of a name', ['genhash', '-s', 'localhost', '-u', '/'], 'localhost is no IP address'],
    ['a copy that names one host', ['provision', 'gone.yml', '--seed-from', 'm1'], '--seed-from m1 --overwrite m2'],
    ['a copy onto itself', ['provision', 'gone.yml', '--seed-from', 'm1', '--overwrite', 'm1'], 'onto itself'],
    ['a copy of a part', ['provision', 'gone.yml', '--seed-from', 'm1', '--tags', 'server'], 'cannot be used with'],
    ['rejoin of no master', ['rejoin', 'gone.yml', 'm9', '--reseed', 'dump'], 'its masters: m1, m2'],
    ['rejoin in no known way', ['rejoin', 'gone.yml', 'm1', '--reseed', 'tar'], '--reseed takes one of: dump'],
    ['rejoin that names two', ['rejoin', 'gone.yml', 'm1', '--reseed', 'dump', '--yes', 'm2'], '--yes m1'],
    [
      'rejoin that would overwrite a file',
      ['rejoin', 'gone.yml', 'm1', '--reseed', 'dump', '--keep-tail-as', 'gone.yml'],
      'is there already',
    ],
    ['rejoin at no rate', ['rejoin', 'gone.yml', 'm1', '--reseed', 'dump', '--throttle', '-1'], '--throttle 20'],
    [
      'promote without leave to lose',
      ['promote', 'gone.yml', 'm1', '--force', '--yes', 'm1'],
      '--yes m1 --accept-loss',
    ],
    ['promote of nobody', ['promote', 'gone.yml', 'm9', '--force'], 'its masters: '],
    ['rotation of no such account', ['rotate-secrets', 'gone.yml', '--only', 'root'], 'replication, role'],
    ['rotation of what a run drops', ['rotate-secrets', 'gone.yml', '--only', 'drill'], 'has no account that stays'],
    ['unknown tag', ['plan', 'gone.yml', '--tags', 'firewal'], 'did you mean firewall?'],
    [
      'plan that is not there',
      ['provision', 'gone.yml', '--plan', 'none.plan'],
      'cannot read the plan none.plan: ENOENT',
    ],
    ['plan that is none', ['provision', 'gone.yml', '--plan', 'gone.yml'], 'gone.yml is no JSON document'],
    ['plan with tags', ['provision', 'gone.yml', '--plan', 'x', '--tags', 'y'], "cannot be used with option '--tags"],
    ['variable without a value', ['plan', 'gone.yml', '--var', 'x'], 'give name=value'],
    ['playbook to check that is not there', ['playbook', 'check', 'none.yml'], 'cannot read none.yml: no such file'],
    ['playbook without an inventory', ['playbook', 'run', 'p.yml'], "'-i, --inventory <file>' not specified"],
    ['wrong playbook', ['playbook', 'check', 'wrong.yml'], 'wrong.yml:5:32 mod: unknown key; did you mean mode?'],
    ['wrong module', ['playbook', 'check', 'wrong.yml'], 'wrong.yml:6:24 [0].tasks[1].fiel: no module'],
    [
      'name that the inventory has not',
      ['playbook', 'run', 'unknown.yml', '-i', 'gone.yml'],
      'unknown.yml:4:24 file: inventory.vpi is not known',
    ],
    ['playbook that is not there', ['plan', 'gone.yml', '--playbook', 'none.yml'], 'cannot read none.yml'],
    ['teardown of a whole fleet', ['teardown', 'fleet'], 'name them: --limit east'],
    ['teardown of a host of a fleet', ['teardown', 'fleet', '--limit', 'east,m1'], 'only pairs that are named'],
    ['teardown of a part of a pair', ['teardown', 'gone.yml', '--limit', 'm1'], 'taken down whole'],
    ['holder of a fleet', ['teardown', 'fleet', '--limit', 'east', '--holder', 'm1'], '--holder is for one pair'],
  ]

  it.each(WRONG)('%s: exit 4, and what to do', (_, words, expected) => {
    const { status, stderr } = mmha(...words)
    expect(stderr).toContain(expected)
    expect(stderr).toMatch(/^ {2}do: |^Usage: /m)
    expect(stderr).not.toContain('bug')
    expect(status).toBe(4)
  })

  // Values, names and commands are the same in every language; three words of English in a row are a sentence.
  it.each([
    ['unknown command', ['provison']],
    ['number that is none', ['verify', 'a.yml', '--runs', 'x']],
    ['lab that is not up', ['lab', 'power', 'm1', 'on', '--name', 'no-such-lab']],
    ['encrypted file that is none', ['vault', 'view', 'gone.yml']],
    ['vault password file that is not there', ['plan', 'vault.yml', '--vault-password-file', 'none']],
    ['a copy onto itself', ['provision', 'gone.yml', '--seed-from', 'm1', '--overwrite', 'm1']],
    ['unknown tag', ['plan', 'gone.yml', '--tags', 'firewal']],
    ['plan that is none', ['provision', 'gone.yml', '--plan', 'gone.yml']],
    ['wrong playbook', ['playbook', 'check', 'wrong.yml']],
    ['name that the inventory has not', ['playbook', 'run', 'unknown.yml', '-i', 'gone.yml']],
    ['teardown of a whole fleet', ['teardown', 'fleet']],
    ['runs of a fleet whose hosts are not there', ['runs', 'fleet']],
  ])('%s: in Chinese nothing of it is English', (_, words) => {
    const { stderr } = mmha(...words, '--lang', 'zh')
    const said = stderr.replaceAll(/`[^`]*`|'[^']*'|[\w./-]*\/[\w./-]*/g, '')
    expect(said).toMatch(/[\u4e00-\u9fff]/)
    expect(said.match(/(?<![-\w])[a-z']{2,}(?: [a-z']{2,}){2,}/gi) ?? []).toEqual([])
  })

  it.each([
    ['runs', ['runs', 'fleet']],
    ['rollback', ['rollback', 'fleet', '20261121T120342Z-a1b2', '--yes']],
  ])('%s of a fleet whose hosts are not there: each pair says so, exit 3', (name, words) => {
    const { status, stdout, stderr } = mmha(...words)
    for (const pair of ['east', 'west']) expect(stderr).toContain(`error: ${pair}: cannot reach m1`)
    expect([status, stdout]).toEqual([3, ''])
    const { stdout: lines } = mmha(...words, '--json')
    expect(wrongLines(lines)).toEqual([])
    const documents: { type: string; pair?: string; exit: number }[] = lines
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one))
    expect(documents.map(({ type, pair, exit }) => `${type} ${pair ?? ''} ${exit}`).sort()).toEqual([
      'error east 3',
      'error west 3',
      'fleet  3',
    ])
    expect(documents.at(-1)).toMatchObject({ command: name, pairs: [{ pair: 'east' }, { pair: 'west' }] })
  })

  it.each([
    '',
    'init',
    'plan',
    'provision',
    'playbook run',
    'playbook check',
    'runs',
    'rollback',
    'teardown',
    'verify',
    'lab',
    'demo',
    'genhash',
    'vault',
    'schema',
  ])('mmha %s --help has an example', (name) => {
    const { status, stdout } = mmha(...name.split(' ').filter(Boolean), '--help')
    expect(status).toBe(0)
    expect(stdout).toMatch(new RegExp(`^Examples?:\\n  mmha ${name}`, 'm'))
  })

  it('ends quietly when nobody reads on', () => {
    const command = `{ "$0" "$1" schema; echo "exit $?" >&2; } | head -n 1`
    const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, program], { encoding: 'utf8' })
    expect(stdout).toBe('{\n')
    expect(stderr).toBe('exit 0\n')
  })

  it('a wrong inventory: exit 4, every problem with its place, nobody connected to', () => {
    writeFileSync(join(folder, 'bad.yml'), 'vip: 10.0.0.300\nnics: eth0\nmasters: [10.0.0.1, 10.0.0.1]\n')
    const { status, stderr, stdout } = mmha('provision', 'bad.yml', '--yes', '--json')
    expect(status).toBe(4)
    expect(stderr).toContain('bad.yml:1:6 vip: not an IPv4 address')
    expect(stderr).toContain('bad.yml:2:1 nics: unknown key; did you mean nic?')
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'error',
      code: 'INVENTORY_INVALID',
      exit: 4,
      where: expect.stringMatching(/^bad\.yml:\d+:\d+$/),
    })
  })

  it.each(['plan', 'provision', 'verify', 'runs', 'teardown'])(
    '%s of hosts that nobody answers at: exit 3, both named',
    (command) => {
      const { status, stderr } = mmha(command, 'gone.yml')
      expect(status).toBe(3)
      expect(stderr).toContain('cannot reach m1 at 127.0.0.2 port 1')
      expect(stderr).toContain('cannot reach m2 at 127.0.0.3 port 1')
    },
  )

  describe('the language', () => {
    const speak = (env: NodeJS.ProcessEnv, ...words: readonly string[]) => {
      const plain = { ...process.env, LC_ALL: '', LC_MESSAGES: '', LANG: '', TERM: 'xterm', MMHA_LAB: 'none', ...env }
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
        encoding: 'utf8',
        cwd: folder,
        env: plain,
      })
      return { status, stdout, stderr }
    }
    const UNREACHABLE = `== 连接
错误：无法连接 m1（127.0.0.2 端口 1）：连接被拒绝 (ECONNREFUSED)
无法连接 m2（127.0.0.3 端口 1）：连接被拒绝 (ECONNREFUSED)
  位置：连接时
  处理：请检查主机是否开机、sshd 是否在运行、中间是否有防火墙；地址和端口写在清单中
`

    it.each(['plan', 'provision'])('%s --lang zh is in Chinese, and so is a Chinese locale', (command) => {
      expect(speak({}, command, 'gone.yml', '--lang', 'zh')).toMatchObject({ status: 3, stderr: UNREACHABLE })
      expect(speak({}, '--lang=zh', command, 'gone.yml')).toMatchObject({ status: 3, stderr: UNREACHABLE })
      expect(speak({ LANG: 'zh_CN.UTF-8' }, command, 'gone.yml')).toMatchObject({ status: 3, stderr: UNREACHABLE })
      expect(speak({ LANG: 'zh_CN.UTF-8' }, command, 'gone.yml', '--lang', 'en').stderr).toContain(
        'error: cannot reach',
      )
    })

    it('status of hosts that nobody answers at', () => {
      const { status, stdout } = speak({}, 'status', 'gone.yml', '--lang', 'zh')
      expect(status).toBe(3)
      expect(stdout).toContain('m1  127.0.0.2  未知  无法连接 m1（127.0.0.2 端口 1）：连接被拒绝 (ECONNREFUSED)')
      expect(stdout).toContain('  处理：请检查 m1 本身；此间由另一个节点单独提供服务')
    })

    it.each([
      ['plan', 'gone.yml', '--json'],
      ['status', 'gone.yml', '--json'],
    ])('of what %s --json says is English in every language', (...words) => {
      const [english, chinese] = [speak({ LANG: 'C' }, ...words), speak({ LANG: 'zh_CN.UTF-8' }, ...words)]
      expect(chinese.stdout).toBe(english.stdout)
      expect(chinese.stdout).not.toMatch(/[\u4e00-\u9fff]/)
    })

    it('that is not there is refused', () => {
      const { status, stderr } = speak({}, 'plan', 'gone.yml', '--lang', 'fr')
      expect(status).toBe(4)
      expect(stderr).toContain('Allowed choices are en, zh')
      expect(speak({ LANG: 'zh_CN.UTF-8' }, 'plan', '--lang', 'fr').stderr).toContain(
        '错误：选项“--lang <language>”的值“fr”无效',
      )
    })

    it('a wrong inventory, and wrong use', () => {
      writeFileSync(join(folder, 'bad-zh.yml'), 'vip: 10.0.0.300\nnics: eth0\nmasters: [10.0.0.1, 10.0.0.2]\n')
      const { stderr } = speak({}, 'plan', 'bad-zh.yml', '--lang', 'zh')
      expect(stderr).toContain('bad-zh.yml:2:1 nics：未知的键；是不是想写 nic？\n  处理：请更正 bad-zh.yml')
      expect(stderr).toContain('bad-zh.yml:1:6 vip：不是 IPv4 地址（可带前缀，如 10.0.0.0/24）：10.0.0.300\n')
      expect(speak({}, 'plna', '--lang', 'zh').stderr).toBe(
        '错误：没有命令“plna”\n（是不是想写 plan？）\n  处理：见 `mmha --help`\n',
      )
      expect(speak({}, 'plan', '--help', '--lang', 'zh').stdout).toContain('显示部署将更改什么；不做任何更改')
    })
  })

  // Since Node 22.8.
  describe.skipIf(!('enableCompileCache' in module))('what was compiled', () => {
    const keeping = (cache: string) =>
      spawnSync(process.execPath, [program, 'schema'], {
        encoding: 'utf8',
        env: { ...process.env, XDG_CACHE_HOME: cache },
      })

    it('is kept for the next start, for its owner alone', () => {
      const cache = join(folder, 'cache')
      expect(keeping(cache)).toMatchObject({ status: 0, stderr: '' })
      expect(statSync(join(cache, 'mmha')).mode & 0o777).toBe(0o700)
      expect(readdirSync(join(cache, 'mmha'), { recursive: true }).length).toBeGreaterThan(2)
    })

    it('is kept nowhere where others may write, and missed nowhere', () => {
      const open = join(folder, 'open')
      mkdirSync(join(open, 'mmha'), { recursive: true })
      chmodSync(join(open, 'mmha'), 0o777)
      expect(keeping(open)).toMatchObject({ status: 0, stderr: '' })
      expect(readdirSync(join(open, 'mmha'))).toEqual([])
      writeFileSync(join(folder, 'file'), '')
      expect(keeping(join(folder, 'file'))).toMatchObject({ status: 0, stderr: '' })
    })
  })

  it('prints the JSON Schema', () => {
    const { status, stdout } = mmha('schema')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ title: 'mmha inventory' })
  })
})
