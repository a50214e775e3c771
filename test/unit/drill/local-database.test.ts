import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { FromSampler } from '../../../src/drill/protocol.ts'
import { LocalDatabase } from '../../../src/drill/sampler/database.ts'
import { RealServer } from '../mysql/real-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'mmha-sampler-'))
let server: Server | undefined
afterEach(() => {
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A statement that nobody answers would hold the drill up for a minute. */
it('a statement fails when the server dies before it says a word', async () => {
  const path = join(folder, 'mysqld.sock')
  server = createServer((socket) => socket.destroy()).listen(path)
  await once(server, 'listening')
  const said: FromSampler[] = []
  await new Promise<void>((resolve) => {
    const database = new LocalDatabase([path], (message) => {
      said.push(message)
      if (said.length === 2) resolve()
    })
    database.query(1, 'SELECT 1')
    database.query(2, 'SELECT 2')
  })
  expect(said).toMatchObject([
    { t: 'failed', id: 1 },
    { t: 'failed', id: 2 },
  ])
})

/** What was acknowledged while nothing waited for the other server is on one server only, and the drill must know it. */
it('sees when a server is open, and whether its commits wait for the other one', async () => {
  const real = new RealServer()
  try {
    await real.start('--rpl-semi-sync-master-enabled=OFF')
    const said: Extract<FromSampler, { t: 'writable' }>[] = []
    const failed: FromSampler[] = []
    const database = new LocalDatabase([real.socket], (message) => {
      if (message.t === 'writable') said.push(message)
      else if (message.t === 'failed') failed.push(message)
    })
    const seen = (writable: boolean, alone: boolean) =>
      expect.poll(() => said.at(-1), { timeout: 10_000 }).toMatchObject({ writable, alone })
    database.watchWritable(5)
    await seen(true, true)
    database.query(1, 'SET GLOBAL rpl_semi_sync_master_enabled=ON')
    await seen(true, false)
    database.query(2, 'SET GLOBAL read_only=ON')
    await seen(false, false)
    database.query(3, 'SET GLOBAL rpl_semi_sync_master_enabled=OFF')
    database.query(4, 'SET GLOBAL read_only=OFF')
    await seen(true, true)
    expect(failed).toEqual([])
  } finally {
    await real.stop()
  }
})
