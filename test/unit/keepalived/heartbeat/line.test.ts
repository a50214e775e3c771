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
  farewell: null,
  events: null,
}
const HOST = '127.0.0.1'
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function listening(
  peer: string | null = HOST,
  key = async () => KEY,
): Promise<{ port: number; beats: Heard<Beat>; said: Heard<string> }> {
  const [beats, said] = [new Heard<Beat>(), new Heard<string>()]
  const listener = new HeartbeatListener({
    port: 0,
    key,
    peer,
    onBeat: (beat) => beats.add(beat),
    log: (_, text) => said.add(text),
  })
  ends.push(() => listener.stop())
  const port = await vi.waitUntil(() => listener.port)
  return { port, beats, said }
}

function calling(port: number, key = async () => KEY): HeartbeatCaller {
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
    const caller = calling(port, async () => keyOf('wrong'))
    expect(
      await sayUntil(
        caller,
        BEAT,
        said.first(() => true),
      ),
    ).toContain('another key')
    expect(beats.all).toEqual([])
  })

  it('a new password on both hosts is used by the next connection, and ends none that stands', async () => {
    let password = 'secret'
    const key = async () => keyOf(password)
    const { port, beats, said } = await listening(HOST, key)
    const caller = calling(port, key)
    const heard = () => beats.all.length
    await sayUntil(
      caller,
      BEAT,
      vi.waitUntil(() => heard() > 0, 5_000),
    )
    password = 'a new one'
    const before = heard()
    await sayUntil(
      caller,
      BEAT,
      vi.waitUntil(() => heard() > before, 5_000),
    )
    const next = heard()
    await sayUntil(
      calling(port, async () => keyOf('a new one')),
      BEAT,
      vi.waitUntil(() => heard() > next, 5_000),
    )
    expect(said.all).toEqual([])
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

  it('comes back after the listener was away, with the password of then', async () => {
    const first = await listening()
    let password = 'secret'
    const caller = calling(first.port, async () => keyOf(password))
    await sayUntil(
      caller,
      BEAT,
      first.beats.first(() => true),
    )
    for (const end of ends.splice(0, 1)) end()
    password = 'a new one'
    const beats = new Heard<Beat>()
    const again = new HeartbeatListener({
      port: first.port,
      key: async () => keyOf('a new one'),
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
