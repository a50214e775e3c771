import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LocalServer } from '../../../../src/keepalived/role/server.ts'
import { text } from '../../../../src/mysql/sql-session.ts'
import { RealServer } from '../../mysql/real-server.ts'

const mariadb = new RealServer()
const credentials = join(mariadb.folder, 'check.cnf')
let server: LocalServer
beforeAll(async () => {
  await mariadb.start()
  writeFileSync(credentials, '[client]\nuser=root\n', { mode: 0o600 })
  server = await LocalServer.open({ socket: mariadb.socket, adminPort: 0, credentials }, credentials)
}, 90_000)
afterAll(async () => {
  server.disconnect()
  await mariadb.stop()
})

/** Nobody who was logged in loses anything by it, and nobody else gets in. */
const logins = (may: boolean) => chmodSync(credentials, may ? 0o600 : 0o644)

const reading = async () => text((await server.reader.query('SELECT CONNECTION_ID() AS id'))[0], 'id')

async function lose(id: string): Promise<void> {
  const lost = server.reader
  await server.actor.query(`KILL ${id}`)
  await lost.ended
}

it('looks on another connection where it lost one and gets none; it gets it again, and says so once', async () => {
  const said: string[] = []
  const log = (_: string, line: string) => void said.push(line)
  const first = await reading()
  logins(false)
  await lose(first)
  expect([server.alive, server.reachable]).toEqual([false, true])
  const second = await reading()
  expect(second).not.toBe(first)
  await server.mend(log)
  await server.mend(log)
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(/a session was lost, and no new one: .*others may read it/)
  logins(true)
  await server.mend(log)
  expect(server.alive).toBe(true)
  expect([first, second]).not.toContain(await reading())
  expect((await server.snapshot()).closed).toBe(false)
  expect(said).toHaveLength(1)
})

it('is not reached over a connection that was opened when all others had gone: that may be to the next server', async () => {
  await lose(await reading())
  const mended = server.mend(() => undefined)
  server.disconnect()
  await mended
  expect(server.reachable).toBe(false)
})
