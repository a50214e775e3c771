import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const program = resolve(import.meta.dirname, '../../../dist/mmha.js')

// `npm test` builds before it tests; without a build there is nothing to ask.
describe.skipIf(!existsSync(program))('the built CLI', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-cli-'))
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
    ['unknown command', ['provison'], 'Did you mean provision?'],
    ['unknown flag', ['plan', 'x.yml', '--yse'], '--yse'],
    ['no inventory', ['plan'], 'inventory'],
  ])('%s: exit 4', (_, words, expected) => {
    const { status, stderr } = mmha(...words)
    expect(status).toBe(4)
    expect(stderr).toContain(expected)
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

  it('hosts that nobody answers at: exit 3, both named', () => {
    // Port 1 of loopback: refused at once, no packet leaves.
    writeFileSync(
      join(folder, 'gone.yml'),
      'vip: 127.0.0.100/24\nnic: lo\nssh: { port: 1 }\nmasters: [127.0.0.2, 127.0.0.3]\n',
    )
    const { status, stderr } = mmha('plan', 'gone.yml')
    expect(status).toBe(3)
    expect(stderr).toContain('cannot reach m1 at 127.0.0.2 port 1')
    expect(stderr).toContain('cannot reach m2 at 127.0.0.3 port 1')
  })

  it('prints the JSON Schema', () => {
    const { status, stdout } = mmha('schema')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ title: 'mmha inventory' })
  })
})
