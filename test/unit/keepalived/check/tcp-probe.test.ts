import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { probeTcp } from '../../../../src/keepalived/check/tcp-probe.ts'
import { ANY_SOURCE } from '../../../../src/keepalived/config/source.ts'
import { Heard } from '../sandbox.ts'

const signal = () => new AbortController().signal

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

describe('a TCP probe', () => {
  const ends: (() => void)[] = []
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })

  it('is content with a connection, from the address that was asked for', async () => {
    const heard = new Heard<string | undefined>()
    const server = createServer((socket) => {
      heard.add(socket.remoteAddress)
      socket.destroy()
    })
    ends.push(() => server.close())
    const port = await listening(server)
    expect(
      await probeTcp(
        { host: '127.0.0.1', port, source: { ...ANY_SOURCE, address: '127.0.0.9' }, timeoutMs: 2000 },
        signal(),
      ),
    ).toBeNull()
    expect(await heard.first(() => true)).toBe('127.0.0.9')
  })

  it('says that nobody listens, at once', async () => {
    const server = createServer()
    const port = await listening(server)
    server.close()
    await once(server, 'close')
    expect(await probeTcp({ host: '127.0.0.1', port, source: ANY_SOURCE, timeoutMs: 2000 }, signal())).toBe(
      'ECONNREFUSED',
    )
  })

  it('says that a server which no longer accepts does not answer', async () => {
    const program = `const s=require('node:net').createServer();s.listen({port:0,host:'127.0.0.1',backlog:1},()=>console.log(s.address().port))`
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    ends.push(() => child.kill('SIGKILL'))
    const [line] = await once(child.stdout, 'data')
    const port = Number(String(line))
    child.kill('SIGSTOP')
    let fault: string | null = null
    for (let attempt = 0; attempt < 20 && fault === null; attempt += 1) {
      fault = await probeTcp({ host: '127.0.0.1', port, source: ANY_SOURCE, timeoutMs: 300 }, signal())
    }
    expect(fault).toBe('no answer for 0.3 s')
  })

  it('can be cut off', async () => {
    const abort = new AbortController()
    const probe = probeTcp({ host: '127.0.0.1', port: 9, source: ANY_SOURCE, timeoutMs: 60_000 }, abort.signal)
    abort.abort()
    expect(await probe).toBe('cut off')
  })
})
