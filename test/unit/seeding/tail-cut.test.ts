import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { MmhaEvent } from '../../../src/events/event.ts'
import { spokenIn } from '../../../src/events/spoken.ts'
import { type Connection, connect } from '../../../src/hosts/connection.ts'
import { scanBinlog } from '../../../src/mysql/binlog-file.ts'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { beyond, parseGtidSet } from '../../../src/mysql/gtid-set.ts'
import { cutHere } from '../../../src/seeding/tail-cut.ts'
import { type LocalSshd, SSHD, startSshd } from '../hosts/local-sshd.ts'

const fixtures = join(import.meta.dirname, '../../fixtures/binlog')
const UUID = '206ec99c-e552-11f1-8aae-02cafa17b0a9'
const SERVER = '0-172818443'

/** Through a real sshd: the host is root's shell on this machine. */
describe.skipIf(SSHD === null || process.getuid?.() !== 0)('a binlog that is cut here', () => {
  const before = process.env.TMPDIR
  const events: MmhaEvent[] = []
  let sshd: LocalSshd
  let target: Connection
  let folders = 0
  beforeAll(async () => {
    sshd = await startSshd()
    target = await connect('m1', sshd.target)
    process.env.TMPDIR = join(sshd.folder, 'here')
    mkdirSync(process.env.TMPDIR)
  })
  afterAll(async () => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    await target.close()
    await sshd.stop()
  })
  afterEach(() => {
    // Rows of users stay nowhere on this machine.
    expect(readdirSync(join(sshd.folder, 'here'))).toEqual([])
  })

  /** @param logs the last ones by their content: a fixture, or bytes */
  async function cut(version: string, logs: readonly (string | Buffer)[], gtids: string, common = '', into = '') {
    const folder = join(sshd.folder, `its data ${++folders}`)
    mkdirSync(folder)
    for (const [i, log] of logs.entries()) {
      const file = join(folder, `binlog.${i}`)
      if (typeof log === 'string') copyFileSync(join(fixtures, log), file)
      else writeFileSync(file, log)
    }
    const index = join(folder, 'binlog.index')
    writeFileSync(index, `${logs.map((_, i) => (i === 0 ? join(folder, 'binlog.0') : `./binlog.${i}`)).join('\n')}\n`)
    const path = join(sshd.folder, into, `saved-${folders}.binlog`)
    const dialect = dialectOf(version)
    const wanted = beyond(dialect.flavour, parseGtidSet(dialect.flavour, gtids), parseGtidSet(dialect.flavour, common))
    const site = { target, dialect, throttle: null, sink: (event: MmhaEvent) => events.push(event) }
    return { path, said: await cutHere(site, { index, wanted, path }) }
  }

  it('holds just these transactions, for root alone, and older files are not read', async () => {
    const { path, said } = await cut('9.7.0', [Buffer.alloc(1000), 'mysql-9.7-crashed-tail'], `${UUID}:3170:3172`)
    expect(said).toBe(`2 transactions that are only here were saved as a binlog: ${path}`)
    expect(spokenIn(said, 'zh')).toContain('2 个事务')
    expect((await scanBinlog(path)).transactions.map(({ gtid }) => gtid)).toEqual([`${UUID}:3170`, `${UUID}:3172`])
    const whole = readFileSync(join(fixtures, 'mysql-9.7-crashed-tail'))
    expect(readFileSync(path).subarray(158)).toEqual(Buffer.concat([whole.subarray(474, 1007), whole.subarray(1540)]))
    expect([statSync(path).mode & 0o777, existsSync(`${path}.part`)]).toEqual([0o600, false])
    expect(events.at(-1)).toMatchObject({
      code: 'seed.stage',
      host: 'm1',
      message: expect.stringContaining('come here'),
    })
  })

  it('MariaDB: what comes after the last that both have, and what is there no more', async () => {
    const { path, said } = await cut('11.8.6-MariaDB', ['mariadb-11.8'], `${SERVER}-5`, `${SERVER}-2`)
    expect(said).toContain(`${path}; no binary log holds ${SERVER}-5 any more`)
    expect(spokenIn(said, 'zh')).toContain('已没有')
    expect((await scanBinlog(path)).transactions.map(({ gtid }) => gtid)).toEqual([`${SERVER}-3`, `${SERVER}-4`])
  })

  it.each([
    ['encrypted', [Buffer.from('\xfdbin and nobody knows what', 'latin1')], '3170', '', 'encrypted, or not a binlog'],
    ['purged', ['mysql-9.7-crashed-tail'], '9999', '', 'the binary logs hold none of them any more'],
    ['no folder', ['mysql-9.7-crashed-tail'], '3170', 'gone', 'could not save its binlog: '],
  ] as const)('says why there is none, and leaves nothing behind: %s', async (_what, logs, number, into, why) => {
    const { path, said } = await cut('9.7.0', logs, `${UUID}:${number}`, '', into)
    expect(said).toContain(`not as a binlog: ${why}`)
    expect(spokenIn(said, 'zh')).toContain('未能另存为 binlog：')
    expect([path, `${path}.part`].filter((one) => existsSync(one))).toEqual([])
  })
})
