import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EventLog } from '../../../../src/keepalived/observe/event-log.ts'
import { askDaemon, streamEvents } from '../../../../src/keepalived/process/control-client.ts'
import { serveControl } from '../../../../src/keepalived/process/control-server.ts'
import { LineChannel } from '../../../../src/keepalived/process/line-channel.ts'
import { RespawnLimit } from '../../../../src/keepalived/process/respawn-limit.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mmha-channel-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

async function pair(): Promise<[Socket, Socket]> {
  const path = join(dir, 'pair')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const client = createConnection(path)
  const ends: [Socket, Socket] = [client, await accepted]
  server.close()
  return ends
}

describe('line channel', () => {
  it('carries messages in order, however the bytes are cut, and tells of the end once', async () => {
    const [left, right] = await pair()
    const heard: unknown[] = []
    const ended = new Promise<void>((resolve) => {
      new LineChannel<unknown, unknown>(right, (message) => heard.push(message), resolve)
    })
    left.write('{"a":1}\n{"b"')
    left.write(':"über"}\n')
    left.end('{"c":3}\n')
    await ended
    expect(heard).toEqual([{ a: 1 }, { b: 'über' }, { c: 3 }])
  })

  it('sends nothing once the other end is gone', async () => {
    const [left, right] = await pair()
    const channel = await new Promise<LineChannel<unknown, unknown>>((resolve) => {
      const made = new LineChannel<unknown, unknown>(
        right,
        () => undefined,
        () => resolve(made),
      )
      left.destroy()
    })
    expect(channel.send({ late: true })).toBe(false)
  })
})

describe('control socket', () => {
  it('answers, for root alone, and a refusal is an answer', async () => {
    const path = join(dir, 'control')
    const server = await serveControl(path, new EventLog(), async (request) => {
      if (request.command === 'status') throw new Error('the worker sleeps')
      return { ok: true, left: [{ instance: 'VI_1', ok: true, reason: 'gone' }] }
    })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await askDaemon(path, { command: 'status' })).toEqual({ ok: false, error: 'the worker sleeps' })
    const leave = { command: 'leave', instance: null, holdDownMs: 0, reason: 'test' } as const
    expect(await askDaemon(path, leave)).toMatchObject({ ok: true })
    await new Promise((resolve) => server.close(resolve))
  })

  it('tells what happened, then what happens, one JSON object a line', async () => {
    const path = join(dir, 'control')
    const events = new EventLog()
    const server = await serveControl(path, events, async () => ({ ok: true, text: '' }))
    events.add({ code: 'maintenance', on: true }, 0)
    const told = new PassThrough()
    const lines: string[] = []
    const two = new Promise<void>((resolve) => {
      told.on('data', (chunk: Buffer) => {
        lines.push(...chunk.toString().trim().split('\n'))
        if (lines.length === 1) events.add({ code: 'reload.done', text: 'x' }, 1)
        if (lines.length === 2) resolve()
      })
    })
    const followed = streamEvents(path, { command: 'events', follow: true }, told)
    await two
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { at: '1970-01-01T00:00:00.000Z', code: 'maintenance', on: true },
      { at: '1970-01-01T00:00:00.001Z', code: 'reload.done', text: 'x' },
    ])
    told.destroy(new Error('enough'))
    expect(await followed).toBe(true)
    const once = new PassThrough()
    expect(await streamEvents(path, { command: 'events', follow: false }, once)).toBe(true)
    expect(once.read().toString().trim().split('\n')).toHaveLength(2)
    await new Promise((resolve) => server.close(resolve))
  })

  it('what is no request is answered, not obeyed', async () => {
    const path = join(dir, 'control')
    const server = await serveControl(path, new EventLog(), async (request) => ({ ok: false, error: request.command }))
    const socket = createConnection(path)
    socket.write('hello\n')
    const answer = await new Promise<string>((resolve) => socket.on('data', (chunk) => resolve(chunk.toString())))
    expect(JSON.parse(answer)).toEqual({ ok: false, error: 'hello' })
    await new Promise((resolve) => server.close(resolve))
  })

  it('a daemon that hangs is not waited for without end', async () => {
    const path = join(dir, 'control')
    const server = await serveControl(path, new EventLog(), () => new Promise(() => undefined))
    expect(await askDaemon(path, { command: 'status' }, 20)).toBe('silent')
    await new Promise((resolve) => server.close(resolve))
  })

  it('nobody there is null, not an error', async () => {
    expect(await askDaemon(join(dir, 'nothing'), { command: 'status' })).toBeNull()
  })
})

describe('respawn limit', () => {
  it('at once, then slower, then no more; a quiet minute forgives', () => {
    const limit = new RespawnLimit()
    const delays = Array.from({ length: 10 }, (_, death) => {
      expect(limit.allows(death * 1000)).toBe(true)
      return limit.delayMs
    })
    expect(delays.slice(0, 4)).toEqual([0, 100, 200, 400])
    expect(Math.max(...delays)).toBe(5000)
    expect(limit.allows(10_000)).toBe(false)
    expect(limit.allows(100_000)).toBe(true)
    expect(limit.delayMs).toBe(0)
  })
})
