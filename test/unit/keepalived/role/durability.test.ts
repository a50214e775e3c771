import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { Durability, noteEnd } from '../../../../src/keepalived/role/durability.ts'
import { LocalServer } from '../../../../src/keepalived/role/server.ts'
import { StateFile } from '../../../../src/keepalived/role/state-file.ts'
import { RealServer } from '../../mysql/real-server.ts'

const mariadb = new RealServer()
const credentials = join(mariadb.folder, 'check.cnf')
let server: LocalServer
let stateDir: string
beforeAll(async () => {
  await mariadb.start()
  writeFileSync(credentials, '[client]\nuser=root\n', { mode: 0o600 })
  server = await LocalServer.open({ socket: mariadb.socket, adminPort: 0, credentials }, credentials)
}, 90_000)
afterAll(async () => {
  server.disconnect()
  await mariadb.stop()
})
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'mmha-durability-'))
})
afterEach(() => rmSync(stateDir, { recursive: true }))

/** The server runs with these settings until it ends; then it is started again, and the daemon with it. */
async function afterwards(
  sync: number,
  flush: number,
  end: { unclean: boolean; power: boolean },
): Promise<string | null> {
  await server.actor.query(`SET GLOBAL sync_binlog=${sync}`)
  await server.actor.query(`SET GLOBAL innodb_flush_log_at_trx_commit=${flush}`)
  const before = new StateFile(stateDir)
  await new Durability({ state: before, stateDir }).look(server, true)
  const { loose } = await before.read()
  if (end.power && loose !== null) await before.update({ loose: { ...loose, boot: 'another' } })
  await noteEnd(end.unclean, stateDir)
  return new Durability({ state: new StateFile(stateDir), stateDir }).look(server, false)
}

it.each([
  [1, 1, true, true, null],
  [1, 3, true, true, null],
  [1, 2, true, true, 'innodb_flush_log_at_trx_commit=2:'],
  [0, 1, true, true, 'sync_binlog=0:'],
  [100, 2, true, true, 'sync_binlog=100 and innodb_flush_log_at_trx_commit=2:'],
  [0, 2, false, true, null],
  [0, 2, true, false, null],
  [1, 0, true, false, 'innodb_flush_log_at_trx_commit=0:'],
])(
  'sync_binlog=%i, flush at commit=%i, no shutdown %s, power lost %s: %s',
  async (sync, flush, unclean, power, said) => {
    const doubt = await afterwards(sync, flush, { unclean, power })
    if (said === null) expect(doubt).toBeNull()
    else expect(doubt).toContain(`ran with ${said}`)
  },
)

it('the doubt outlives the daemon, and ends when this server is the one that serves', async () => {
  const doubt = await afterwards(1, 2, { unclean: true, power: true })
  expect(doubt).not.toBeNull()
  const again = new Durability({ state: new StateFile(stateDir), stateDir })
  expect(await again.look(server, false)).toBe(doubt)
  expect(await again.look(server, true)).toBeNull()
  expect(await again.look(server, false)).toBeNull()
})
