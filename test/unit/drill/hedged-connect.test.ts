import { createServer, type Server } from 'node:net'
import type { Connection } from 'mysql2'
import { describe, expect, it } from 'vitest'
import { type Attempt, startAttempt } from '../../../src/drill/writer/attempt.ts'
import { connectHedged } from '../../../src/drill/writer/hedged-connect.ts'

type Result = Awaited<Attempt['done']>

/** Attempts whose end the test decides; `started` resolves when the n-th was started. */
function scripted() {
  const attempts: { finish: (result: Result) => void; cancelled: boolean }[] = []
  const waiting: { n: number; resolve: () => void }[] = []
  const start = (): Attempt => {
    let finish: (result: Result) => void = () => {}
    const done = new Promise<Result>((resolve) => {
      finish = resolve
    })
    const entry = { finish, cancelled: false }
    attempts.push(entry)
    for (const { n, resolve } of waiting) if (attempts.length >= n) resolve()
    return {
      done,
      cancel: () => {
        entry.cancelled = true
      },
    }
  }
  const started = (n: number) =>
    attempts.length >= n ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ n, resolve }))
  return { attempts, start, started }
}

function connection(): Connection & { destroyed: boolean } {
  const fake = {
    destroyed: false,
    destroy: () => {
      fake.destroyed = true
    },
  }
  return fake as unknown as Connection & { destroyed: boolean }
}

describe('connectHedged', () => {
  it('starts another try beside one that gets no answer; the first to get through wins', async () => {
    const { attempts, start, started } = scripted()
    const result = connectHedged(start, 5, new AbortController().signal)
    await started(3)
    const winner = connection()
    attempts[1]?.finish({ connection: winner })
    expect((await result)?.connection).toBe(winner)
    expect(attempts[0]?.cancelled).toBe(true)
    const late = connection()
    attempts[2]?.finish({ connection: late })
    await new Promise((resolve) => setImmediate(resolve))
    expect(late.destroyed).toBe(true)
  })

  it('tries again after a refusal, long before the next try would start anyway', async () => {
    const { attempts, start, started } = scripted()
    const result = connectHedged(start, 60_000, new AbortController().signal)
    attempts[0]?.finish({ failure: 'refused' })
    await started(2)
    attempts[1]?.finish({ failure: 'denied' })
    await started(3)
    attempts[2]?.finish({ connection: connection() })
    expect((await result)?.attempts).toEqual({ started: 3, refused: 1, timedOut: 0, denied: 1 })
  })

  it('never has more than four tries in the air', async () => {
    const { attempts, start, started } = scripted()
    const result = connectHedged(start, 1, new AbortController().signal)
    await started(4)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(attempts).toHaveLength(4)
    attempts[0]?.finish({ failure: 'timedOut' })
    await started(5)
    attempts[4]?.finish({ connection: connection() })
    await result
  })

  it('ends without a session when it is called off', async () => {
    const { attempts, start } = scripted()
    const stop = new AbortController()
    const result = connectHedged(start, 1000, stop.signal)
    stop.abort()
    expect(await result).toBeNull()
    expect(attempts[0]?.cancelled).toBe(true)
  })
})

describe('startAttempt', () => {
  const endpoint = { address: '127.0.0.1', user: 'u', password: 'p', database: 'd', connectTimeout: 100 }

  it('says refused when nobody listens', async () => {
    const server = await listening(() => {})
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    expect(await startAttempt({ ...endpoint, port }).done).toEqual({ failure: 'refused' })
  })

  it('says refused when the connection is closed before the greeting', async () => {
    const server = await listening((socket) => socket.destroy())
    const { port } = server.address() as { port: number }
    expect(await startAttempt({ ...endpoint, port }).done).toEqual({ failure: 'refused' })
    server.close()
  })

  it('says timedOut when a server takes the connection and never greets', async () => {
    const server = await listening(() => {})
    const { port } = server.address() as { port: number }
    expect(await startAttempt({ ...endpoint, port }).done).toEqual({ failure: 'timedOut' })
    server.close()
  })
})

function listening(handle: (socket: import('node:net').Socket) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(handle)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
