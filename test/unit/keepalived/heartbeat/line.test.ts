import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { HeartbeatCaller } from '../../../../src/keepalived/heartbeat/caller.ts'
import { type Beat, keyOf } from '../../../../src/keepalived/heartbeat/frame.ts'
import { HeartbeatListener } from '../../../../src/keepalived/heartbeat/listener.ts'
import { Heard } from '../sandbox.ts'

const KEY = keyOf('secret')
const BEAT: Beat = {
  instance: 'VI_1',
  kind: 'advert',
  priority: 254,
  state: 'MASTER',
  ready: true,
  alone: false,
  knows: true,
}
const HOST = '127.0.0.1'
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function listening(
  peer: string | null = HOST,
): Promise<{ port: number; beats: Heard<Beat>; said: Heard<string> }> {
  const [beats, said] = [new Heard<Beat>(), new Heard<string>()]
  const listener = new HeartbeatListener({
    port: 0,
    key: KEY,
    peer,
    onBeat: (beat) => beats.add(beat),
    log: (_, text) => said.add(text),
  })
  ends.push(() => listener.stop())
  const port = await vi.waitUntil(() => listener.port)
  return { port, beats, said }
}

function calling(port: number, key = KEY): HeartbeatCaller {
  const caller = new HeartbeatCaller({ host: HOST, port, key })
  ends.push(() => caller.stop())
  return caller
}

/** Until the line stands, what is said is lost: so it is said until it is heard. */
async function sayUntil<T>(caller: HeartbeatCaller, beat: Beat, heard: Promise<T>): Promise<T> {
  const timer = setInterval(() => caller.say(beat), 10)
  try {
    return await heard
  } finally {
    clearInterval(timer)
  }
}

describe('the daemons’ line', () => {
  it('carries beats, many of them', async () => {
    const { port, beats } = await listening()
    const caller = calling(port)
    await sayUntil(
      caller,
      BEAT,
      vi.waitUntil(() => beats.all.length > 20, 5_000),
    )
    expect(beats.all[0]).toEqual(BEAT)
  })

  it('with another key nothing is heard, and the reason is said', async () => {
    const { port, beats, said } = await listening()
    const caller = calling(port, keyOf('wrong'))
    expect(
      await sayUntil(
        caller,
        BEAT,
        said.first(() => true),
      ),
    ).toContain('another key')
    expect(beats.all).toEqual([])
  })

  it('a stranger is not listened to', async () => {
    const { port, said } = await listening('127.0.0.9')
    const socket = connect(port, HOST)
    await once(socket.resume(), 'close')
    expect(await said.first(() => true)).toContain('a stranger called from 127.0.0.1')
  })

  it('a caller that says too much without a word of sense is cut off', async () => {
    const { port } = await listening()
    const socket = connect(port, HOST)
    socket.on('error', () => undefined)
    socket.write('x'.repeat(5_000))
    await once(socket.resume(), 'close')
  })

  it('comes back after the listener was away', async () => {
    const first = await listening()
    const caller = calling(first.port)
    await sayUntil(
      caller,
      BEAT,
      first.beats.first(() => true),
    )
    for (const end of ends.splice(0, 1)) end()
    const beats = new Heard<Beat>()
    const again = new HeartbeatListener({
      port: first.port,
      key: KEY,
      peer: HOST,
      onBeat: (beat) => beats.add(beat),
      log: () => undefined,
    })
    ends.push(() => again.stop())
    await sayUntil(
      caller,
      BEAT,
      beats.first(() => true),
    )
  })
})
