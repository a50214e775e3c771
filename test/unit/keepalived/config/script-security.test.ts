import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runsAsRoot } from '../../../../src/keepalived/config/host-check.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { type Accounts, scriptRisk } from '../../../../src/keepalived/config/script-security.ts'
import { Scripts } from '../../../../src/keepalived/notify/scripts.ts'

const DBA = 4711

// Only root can give files to others.
describe.runIf(process.getuid?.() === 0)('who can change a script', () => {
  let top = ''
  let script = ''
  let accounts: Accounts

  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'mmha-security-'))
    chmodSync(top, 0o755)
    for (const name of ['opt', 'home', 'home/dba']) mkdirSync(join(top, name))
    script = file('opt/chk.sh')
    accounts = {
      users: new Map([[DBA, { name: 'dba', home: join(top, 'home/dba') }]]),
      groups: new Map([[DBA, 'dbas']]),
    }
  })
  afterEach(() => rmSync(top, { recursive: true, force: true }))

  const at = (name: string) => join(top, name)
  function file(name: string): string {
    writeFileSync(at(name), '#!/bin/sh\n')
    chmodSync(at(name), 0o755)
    return at(name)
  }

  /** What is wrong, and nothing any more after the command that is named. */
  function mended(path: string): string | undefined {
    const risk = scriptRisk(path, accounts)
    if (risk !== null) execFileSync('/bin/sh', ['-c', risk.mend])
    expect(scriptRisk(path, accounts)).toBeNull()
    return risk?.said.replaceAll(top, '')
  }

  it('root alone', () => {
    expect(scriptRisk(script, accounts)).toBeNull()
  })

  it.each<readonly [what: string, spoil: () => void, said: string]>([
    ['the file is everyone’s', () => chmodSync(script, 0o757), 'everyone can write to /opt/chk.sh'],
    ['the directory is everyone’s', () => chmodSync(at('opt'), 0o777), 'everyone can write to /opt'],
    [
      'a group may write',
      () => {
        chownSync(at('opt'), 0, DBA)
        chmodSync(at('opt'), 0o775)
      },
      'group dbas can write to /opt',
    ],
    ['a directory has another owner', () => chownSync(at('opt'), DBA, 0), '/opt belongs to user dba'],
    ['an owner without a name', () => chownSync(script, 4712, 0), '/opt/chk.sh belongs to user 4712'],
    [
      'two things at once',
      () => {
        chownSync(at('opt'), DBA, DBA)
        chmodSync(at('opt'), 0o775)
        chmodSync(script, 0o757)
      },
      '/opt belongs to user dba, and group dbas can write to /opt, and everyone can write to /opt/chk.sh',
    ],
  ])('%s: said, and mended by the command', (_what, spoil, said) => {
    spoil()
    expect(mended(script)).toBe(said)
  })

  it('a directory in which nobody can replace what root owns', () => {
    chmodSync(at('opt'), 0o1777)
    expect(scriptRisk(script, accounts)).toBeNull()
    const link = at('opt/link.sh')
    symlinkSync('/bin/true', link)
    lchownSync(link, DBA, 0)
    expect(mended(link)).toBe('/opt/link.sh belongs to user dba')
  })

  it('every link on the way, and what is between them', () => {
    for (const name of ['a', 'b']) mkdirSync(at(name))
    symlinkSync('../b/second.sh', at('a/first.sh'))
    symlinkSync(script, at('b/second.sh'))
    expect(scriptRisk(at('a/first.sh'), accounts)).toBeNull()
    chmodSync(at('b'), 0o777)
    expect(mended(at('a/first.sh'))).toBe('everyone can write to /b')
    symlinkSync('circle', at('circle'))
    expect(scriptRisk(at('circle'), accounts)).toMatchObject({ said: expect.stringContaining('too many links') })
  })

  it('a home stays its owner’s: the script is moved', () => {
    chownSync(at('home/dba'), DBA, DBA)
    const mine = file('home/dba/chk.sh')
    expect(scriptRisk(mine, accounts)).toEqual({
      said: `${at('home/dba')} belongs to user dba`,
      mend: `install -o root -g root -m 755 ${mine} /usr/local/sbin/, and name it there`,
    })
  })

  it('whose rights it gets decides whether it is looked at', async () => {
    chmodSync(script, 0o777)
    const global = (text: string) => parseConfig(`global_defs {\n ${text}\n}`, 'f').config.global
    const ready = (text: string) => new Scripts(global(text), 'f').prepare({ argv: [script], user: null, group: null })
    expect(await ready('enable_script_security\nscript_user root')).toBe(
      `script security does not run it as root: everyone can write to ${script} (chmod o-w ${script})`,
    )
    expect(await ready('enable_script_security\nscript_user nobody')).toMatchObject({ user: { name: 'nobody' } })
    expect(await ready('script_user root')).toMatchObject({ user: { uid: 0 } })
  })

  it('root under another name is root', () => {
    const command = (user: string | null) => ({ argv: ['/bin/x'] as const, user, group: null })
    const { global } = parseConfig('', 'f').config
    const root = (name: string, id = 0) => ({ ...accounts, users: new Map([[id, { name, home: '/' }]]) })
    expect(runsAsRoot(command('toor'), global, root('toor'))).toBe(true)
    expect(runsAsRoot(command('dba'), global, accounts)).toBe(false)
    expect(runsAsRoot(command(null), global, accounts)).toBe(true)
    expect(runsAsRoot(command(null), global, root('keepalived_script', 998))).toBe(false)
  })
})
