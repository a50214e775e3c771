import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import { endConnectionsFrom, hangUp, resetConnectionsTo } from '../../../../src/keepalived/role/fence.ts'

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

describe.skipIf(process.getuid?.() !== 0)('endConnectionsFrom (needs root)', () => {
  it('ends what one address has open, and lets it come again', async () => {
    const port = await hungServer()
    const gone = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
    const other = connect(port, '127.0.0.1')
    await Promise.all([once(gone, 'connect'), once(other, 'connect')])
    const ended = once(gone, 'error')
    expect(await endConnectionsFrom('127.0.0.2', port)).toBe('')
    expect((await ended)[0]).toMatchObject({ code: 'ECONNRESET' })
    expect(other.destroyed).toBe(false)
    const again = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
    await once(again, 'connect')
    again.destroy()
    other.destroy()
  })
})

describe.skipIf(process.getuid?.() !== 0)('resetConnectionsTo (needs root)', () => {
  let listening: Server | undefined
  afterEach(() => listening?.close())

  it.each(['0.0.0.0', '::'])('resets what came in by that address to a server on %s, and nothing else', async (on) => {
    listening = createServer((socket) => socket.on('error', () => undefined)).listen(0, on)
    await once(listening, 'listening')
    const { port } = listening.address() as AddressInfo
    const leaving = connect(port, '127.0.0.9')
    const staying = connect(port, '127.0.0.10')
    await Promise.all([once(leaving, 'connect'), once(staying, 'connect')])
    const ended = once(leaving, 'error')
    // It may take a few milliseconds and no more; a busy machine needs a second try.
    await expect
      .poll(() => {
        expect(resetConnectionsTo([Uint8Array.of(127, 0, 0, 9)])).toBe('')
        return leaving.destroyed
      })
      .toBe(true)
    expect((await ended)[0]).toMatchObject({ code: 'ECONNRESET' })
    expect(staying.destroyed).toBe(false)
    const again = connect(port, '127.0.0.9')
    await once(again, 'connect')
    again.destroy()
    staying.destroy()
  })

  it('has nothing to say of an address that nobody is connected to', () => {
    expect(resetConnectionsTo([Uint8Array.of(127, 0, 0, 9), new Uint8Array(16)])).toBe('')
  })
})
