import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, connect } from '../../../src/hosts/connection.ts'
import { checkTailFile, fetchTail } from '../../../src/seeding/fetch-tail.ts'
import { type LocalSshd, SSHD, startSshd } from '../hosts/local-sshd.ts'

describe.skipIf(SSHD === null)('what only a host had, brought here', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-tail-'))
  let sshd: LocalSshd
  let connection: Connection
  beforeAll(async () => {
    sshd = await startSshd()
    connection = await connect('m1', sshd.target)
  })
  afterAll(async () => {
    await connection.close()
    await sshd.stop()
    rmSync(folder, { recursive: true })
  })

  it('is byte for byte what the host has, for this user alone', async () => {
    const saved = join(folder, 'a tail.sql')
    const content = `-- ${'BINLOG \u0000\n'.repeat(50_000)}`
    writeFileSync(saved, content)
    const file = join(folder, 'here.sql')
    await fetchTail(connection, saved, file)
    expect(readFileSync(file, 'utf8')).toBe(content)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('leaves no file where it could not be read, and says where it still is', async () => {
    const file = join(folder, 'none.sql')
    await expect(fetchTail(connection, '/nowhere/tail.sql', file)).rejects.toMatchObject({
      code: 'TAIL_NOT_FETCHED',
      hint: 'they are on the host still: /nowhere/tail.sql',
    })
    expect(() => statSync(file)).toThrow('ENOENT')
  })

  it('overwrites nothing', async () => {
    const file = join(folder, 'mine.sql')
    writeFileSync(file, 'mine')
    expect(() => checkTailFile(file)).toThrow('is there already')
    expect(() => checkTailFile(join(folder, 'no', 'such.sql'))).toThrow('there is no folder')
    await expect(fetchTail(connection, '/etc/hostname', file)).rejects.toMatchObject({ code: 'TAIL_NOT_FETCHED' })
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })
})
