import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import { hangUp } from '../../../../src/keepalived/role/fence.ts'

const SERVER = `require('net').createServer(() => {}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

let server: ChildProcess | undefined

afterEach(() => server?.kill('SIGKILL'))

/** A server that takes connections and never answers again, as one whose process is being torn down. */
async function hungServer(): Promise<number> {
  server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (server.stdout === null) throw new Error('no output')
  const [line] = await once(createInterface({ input: server.stdout }), 'line')
  server.kill('SIGSTOP')
  return Number(line)
}

describe.skipIf(process.getuid?.() !== 0)('hangUp (needs root)', () => {
  it('resets the clients of a server that answers nobody, and those that come after', async () => {
    const port = await hungServer()
    const client = connect(port, '127.0.0.1')
    await once(client, 'connect')
    const ended = once(client, 'error')
    expect(await hangUp(port)).toBe('')
    expect((await ended)[0]).toMatchObject({ code: 'ECONNRESET' })
    const late = connect(port, '127.0.0.1')
    expect((await once(late, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('leaves other ports alone', async () => {
    const port = await hungServer()
    const client = connect(port, '127.0.0.1')
    await once(client, 'connect')
    expect(await hangUp(port + 1)).toBe('')
    expect(client.destroyed).toBe(false)
    client.destroy()
  })
})
