import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { SEEDING_MARK as MARK } from '../../../src/modules/seeding-mark.ts'
import { masked, revealed } from '../../../src/modules/step.ts'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { closeTarget, KEPT, keepAccounts, lookForAccounts, openTarget } from '../../../src/seeding/target.ts'

const SERVERS = [
  { flavour: 'mariadb', version: '11.8.6-MariaDB', running: true, unit: 'mariadb' },
  { flavour: 'mysql', version: '9.7.4', running: true, unit: 'mysql' },
] as const

describe.each(SERVERS)('the target of a seeding, $flavour', (server) => {
  const close = revealed(closeTarget(server, dialectOf(server.version), 'm1', '/tail.sql'))
  const open = revealed(openTarget(server))
  const order = (text: string, ...marks: readonly string[]) => {
    const places = marks.map((mark) => text.indexOf(mark))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  }

  it('is marked before its daemon ends and its server is closed', () => {
    order(close, `mv ${MARK}.new ${MARK}`, 'sync -f', 'stop mmha-keepalived', 'skip_networking', 'systemctl restart')
  })

  it('is marked with the place of what it alone had, for a run that begins afresh', () => {
    const line = close.split('\n').find((one) => one.startsWith('printf ')) ?? ''
    const mark = execFileSync('/bin/sh', ['-c', line.replace(/>\S+$/, '')], { encoding: 'utf8' })
    expect(mark).toMatch(/^from m1 since 20\S+Z;/)
    expect(mark.trim().split(KEPT)).toEqual([expect.any(String), '/tail.sql'])
    expect(revealed(closeTarget(server, dialectOf(server.version), 'm1', null))).not.toContain(KEPT)
  })

  it('nobody writes there but root: as far as the server knows that', () => {
    expect(close).toContain('\nread_only = ON\n')
    expect(close.includes('\nsuper_read_only = OFF\n')).toBe(server.flavour === 'mysql')
  })

  it('is opened in order: its own options, then the mark goes, then its daemon comes', () => {
    order(open, 'zzz-mmha-seeding.cnf', 'systemctl restart', `rm -f /var/lib/mmha/role.json ${MARK}`, 'systemctl start')
  })

  it('is sh', () => {
    for (const script of [close, open]) execFileSync('/bin/sh', ['-n'], { input: script })
  })
})

describe('the accounts of its own host', () => {
  const keep = revealed(
    keepAccounts({ parts: ["CREATE USER 'root'@'localhost' IDENTIFIED BY PASSWORD '", new Secret('*5AD8'), "';\n"] }),
  )

  it('are for its server to read and for nobody else, and are not there half', () => {
    const places = ['umask 077; cat', 'chgrp "$group"', 'chmod 0640', 'mv '].map((mark) => keep.indexOf(mark))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  it('are made again at each start while it is closed, and gone when it is open', () => {
    const [server] = SERVERS
    const dialect = dialectOf(server.version)
    expect(revealed(closeTarget(server, dialect, 'm1', null))).toContain('init_file = $directory/zzz-mmha-seeding.sql')
    expect(revealed(openTarget(server))).toContain(
      'rm -f "$directory/zzz-mmha-seeding.cnf" "$directory/zzz-mmha-seeding.sql"',
    )
  })

  it('are sh', () => {
    for (const script of [keep, revealed(lookForAccounts())]) execFileSync('/bin/sh', ['-n'], { input: script })
  })

  it('show nowhere', () => {
    expect(masked(keepAccounts({ parts: [new Secret('*5AD8')] }))).not.toContain('*5AD8')
  })
})
