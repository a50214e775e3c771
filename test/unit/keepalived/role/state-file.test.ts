import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StateFile } from '../../../../src/keepalived/role/state-file.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mmha-state-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('state that outlives the daemon', () => {
  it('is read by the next one', async () => {
    const nested = join(dir, 'made')
    await new StateFile(nested).update({ enforced: true, origin: 'me' })
    await new StateFile(nested).update({ binlogIndex: '/var/lib/mysql/binlog.index' })
    expect(await new StateFile(nested).read()).toEqual({
      origin: 'me',
      binlogIndex: '/var/lib/mysql/binlog.index',
      enforced: true,
      replaying: false,
      quarantine: null,
      loose: null,
      doubt: null,
      events: null,
    })
    expect(statSync(join(nested, 'role.json')).mode & 0o777).toBe(0o600)
  })

  it.each(['', '{', 'null', '7'])('a broken file (%j) promises nothing', async (text) => {
    writeFileSync(join(dir, 'role.json'), text)
    expect((await new StateFile(dir).read()).enforced).toBe(false)
  })

  it('is written only when it changes', async () => {
    const state = new StateFile(dir)
    await state.update({ origin: 'me' })
    const before = statSync(join(dir, 'role.json')).ino
    await state.update({ origin: 'me', enforced: false })
    expect(statSync(join(dir, 'role.json')).ino).toBe(before)
    await state.update({ enforced: true })
    expect(readFileSync(join(dir, 'role.json'), 'utf8')).toContain('"enforced":true')
  })

  it('two changes at once: none is lost', async () => {
    const state = new StateFile(dir)
    await Promise.all([state.update({ enforced: true }), state.update({ origin: 'me' })])
    expect(await new StateFile(dir).read()).toMatchObject({ enforced: true, origin: 'me' })
  })
})
