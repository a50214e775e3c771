import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { FromSampler } from '../../../src/drill/protocol.ts'
import { LocalDatabase } from '../../../src/drill/sampler/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'mmha-sampler-'))
let server: Server | undefined
afterEach(() => {
  server?.close()
  rmSync(folder, { recursive: true })
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
