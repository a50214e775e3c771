import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const program = resolve(import.meta.dirname, '../../../dist/mmha.js')

const node = (priority: number, interval: number) => `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 60
    priority ${priority}
    nopreempt
    advert_int ${interval}
    virtual_ipaddress {
        10.0.0.100
    }
}
`

// `npm test` builds before it tests; without a build there is nothing to ask.
describe.skipIf(!existsSync(program))('mmha lint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-lint-cli-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'a.conf'), node(254, 1))
  writeFileSync(join(folder, 'b.conf'), node(253, 1))
  writeFileSync(join(folder, 'slow.conf'), node(253, 2))
  writeFileSync(
    join(folder, 'both.conf'),
    node(254, 1).replace('    priority 254', '@m1 priority 254\n@m2 priority 253'),
  )

  function lint(...words: readonly string[]) {
    return spawnSync(process.execPath, [program, 'lint', ...words], { encoding: 'utf8', cwd: folder })
  }

  it('has nothing to say of a pair that fits', () => {
    const { status, stdout, stderr } = lint('a.conf', 'b.conf')
    expect(stdout).toBe('')
    expect(stderr).toBe('0 errors, 0 warnings, 0 notes in 2 files\n')
    expect(status).toBe(0)
  })

  it('exits with 1 for nodes that do not hear each other', () => {
    const { status, stdout } = lint('a.conf', 'slow.conf')
    expect(stdout).toContain('slow.conf:7:5 error: VI_1: advert_int 2 s here, 1 s in a.conf:7')
    expect(status).toBe(1)
  })

  it('exits with 4 for a file that is not there, and still says what it knows', () => {
    const { status, stdout } = lint('none.conf', 'slow.conf', '--json')
    const document = JSON.parse(stdout) as { exit: number; findings: { code: string; file: string }[] }
    expect(document.exit).toBe(4)
    expect(document.findings.map(({ code, file }) => `${file} ${code}`)).toEqual([
      'none.conf unreadable',
      'slow.conf slow-failover',
    ])
    expect(status).toBe(4)
  })

  it('reads one file for two nodes', () => {
    expect(lint('both.conf', 'both.conf', '-i', 'm1', 'm2').stdout).toBe('')
    expect(lint('both.conf', 'both.conf', '-i', 'm1', 'm1').stdout).toContain('priority 254 here and in both.conf:5')
    const wrong = lint('both.conf', '-i', 'm1', 'm2')
    expect(wrong.stderr).toContain('1 files and 2 IDs')
    expect(wrong.status).toBe(4)
  })

  it('gives reasons in Chinese', () => {
    expect(lint('a.conf', 'a.conf', '--lang', 'zh').stdout).toContain('两台同时成为主机')
    expect(lint('a.conf', '--lang', 'fr').status).toBe(4)
  })
})
