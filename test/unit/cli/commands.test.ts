import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const program = resolve(import.meta.dirname, '../../../dist/mmha.js')

// `npm test` builds before it tests; without a build there is nothing to ask.
describe.skipIf(!existsSync(program))('the built CLI', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-cli-'))
  // Port 1 of loopback: refused at once, no packet leaves.
  const gone = 'vip: 127.0.0.100/24\nnic: lo\nssh: { port: 1 }\nmasters: [127.0.0.2, 127.0.0.3]\n'
  writeFileSync(join(folder, 'gone.yml'), gone)
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

  it.each([
    ['no command', [], 'Usage: mmha'],
    ['no command of the lab', ['lab'], 'Usage: mmha lab'],
    ['unknown command', ['provison'], '(Did you mean provision?)\n  do: see `mmha --help`'],
    ['unknown command of the lab', ['lab', 'upp'], '(Did you mean up?)\n  do: see `mmha lab --help`'],
    ['unknown flag', ['plan', 'x.yml', '--jsn'], "'--jsn'\n(Did you mean --json?)\n  do: see `mmha plan --help`"],
    ['no inventory', ['plan'], "missing required argument 'inventory'"],
    ['two inventories', ['plan', 'a.yml', 'b.yml'], 'too many arguments'],
    ['inventory that is not there', ['verify', 'none.yml'], 'cannot read none.yml: no such file'],
    ['inventory that is a directory', ['provision', '.'], 'cannot read .: it is a directory'],
    ['number that is none', ['verify', 'a.yml', '--runs', 'x'], 'a whole number from 1 to 1000'],
    ['unknown fault', ['verify', 'a.yml', '--faults', 'fire'], 'known faults: sigkill'],
    ['unknown server', ['lab', 'up', '--server', 'mysql-8'], 'mysql-9.7, mariadb-10.11, mariadb-11.8'],
    ['unknown server of the demo', ['demo', '--server', 'x'], 'mysql-9.7, mariadb-10.11, mariadb-11.8'],
    ['lab that is not up', ['lab', 'power', 'm1', 'on', '--name', 'no-such-lab'], 'the lab no-such-lab is not up'],
    ['questions without a terminal', ['init'], 'this is no terminal'],
    ['answers that are not there', ['init', '--answers', 'none.yml'], 'cannot read the answers file none.yml'],
    ['genhash of nothing', ['genhash'], 'give the server with -s'],
    ['genhash of a name', ['genhash', '-s', 'localhost', '-u', '/'], 'localhost is no IP address'],
    ['a copy that names one host', ['provision', 'gone.yml', '--seed-from', 'm1'], '--seed-from m1 --overwrite m2'],
    ['a copy onto itself', ['provision', 'gone.yml', '--seed-from', 'm1', '--overwrite', 'm1'], 'onto itself'],
    ['a copy of a part', ['provision', 'gone.yml', '--seed-from', 'm1', '--tags', 'server'], 'cannot be used with'],
    ['rejoin of no master', ['rejoin', 'gone.yml', 'm9', '--reseed', 'dump'], 'its masters: m1, m2'],
    ['rejoin in no known way', ['rejoin', 'gone.yml', 'm1', '--reseed', 'tar'], 'give --reseed dump'],
    ['rejoin that names two', ['rejoin', 'gone.yml', 'm1', '--reseed', 'dump', '--yes', 'm2'], '--yes m1'],
    [
      'rejoin that would overwrite a file',
      ['rejoin', 'gone.yml', 'm1', '--reseed', 'dump', '--keep-tail-as', 'gone.yml'],
      'is there already',
    ],
    ['rejoin at no rate', ['rejoin', 'gone.yml', 'm1', '--reseed', 'dump', '--throttle', '-1'], '--throttle 20'],
    ['unknown tag', ['plan', 'gone.yml', '--tags', 'firewal'], 'did you mean firewall?'],
    [
      'plan that is not there',
      ['provision', 'gone.yml', '--plan', 'none.plan'],
      'cannot read the plan none.plan: ENOENT',
    ],
    ['plan that is none', ['provision', 'gone.yml', '--plan', 'gone.yml'], 'gone.yml is no JSON document'],
    ['plan with tags', ['provision', 'gone.yml', '--plan', 'x', '--tags', 'y'], "cannot be used with option '--tags"],
    ['playbook that is not there', ['plan', 'gone.yml', '--playbook', 'none.yml'], 'cannot read none.yml'],
  ])('%s: exit 4, and what to do', (_, words, expected) => {
    const { status, stderr } = mmha(...words)
    expect(stderr).toContain(expected)
    expect(stderr).toMatch(/^ {2}do: |^Usage: /m)
    expect(stderr).not.toContain('bug')
    expect(status).toBe(4)
  })

  it.each([
    '',
    'init',
    'plan',
    'provision',
    'runs',
    'rollback',
    'teardown',
    'verify',
    'lab',
    'demo',
    'genhash',
    'schema',
  ])('mmha %s --help has an example', (name) => {
    const { status, stdout } = mmha(...(name === '' ? [] : [name]), '--help')
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

  it('prints the JSON Schema', () => {
    const { status, stdout } = mmha('schema')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ title: 'mmha inventory' })
  })
})
