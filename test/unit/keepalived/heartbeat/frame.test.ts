import { describe, expect, it } from 'vitest'
import { type Beat, keyOf, readFrame, writeFrame } from '../../../../src/keepalived/heartbeat/frame.ts'

const BEAT: Beat = {
  instance: 'VI_1',
  kind: 'advert',
  priority: 254,
  state: 'MASTER',
  ready: true,
  alone: false,
  knows: true,
}
const KEY = keyOf('the pair’s password')
const NONCE = 'a'.repeat(32)

function line(counter: number, beat: Beat = BEAT, key = KEY, nonce = NONCE): string {
  return writeFrame(key, nonce, counter, beat).trimEnd()
}

describe('a line of the heartbeat', () => {
  it('arrives as it was said', () => {
    expect(readFrame(KEY, NONCE, 0, line(1))).toEqual({ counter: 1, beat: BEAT })
  })

  it('of a daemon of before, which did not say whether it is alone', () => {
    const { alone, knows, ...before } = BEAT
    expect([alone, knows]).toEqual([false, true])
    expect(readFrame(KEY, NONCE, 0, line(1, before as Beat))?.beat).toEqual({ ...before, alone: false, knows: false })
  })

  it('never holds the password', () => {
    expect(line(1)).not.toContain('password')
    expect(KEY.toString('utf8')).not.toContain('password')
  })

  it.each<[what: string, text: string, after: number]>([
    ['of another pair', line(1, BEAT, keyOf('another password')), 0],
    ['of another connection', line(1, BEAT, KEY, 'b'.repeat(32)), 0],
    ['that was there before', line(7), 7],
    ['older than the last one', line(6), 7],
    ['changed on the way', line(1).replace('254', '255'), 0],
    ['with another counter', line(1).replace(/^1 /, '9 '), 0],
    ['cut off', line(1).slice(0, -1), 0],
    ['that is none', 'GET / HTTP/1.1', 0],
    ['empty', '', 0],
  ])('%s: refused', (_, text, after) => {
    expect(readFrame(KEY, NONCE, after, text)).toBeNull()
  })

  it.each([
    { ...BEAT, priority: 256 },
    { ...BEAT, priority: -1 },
    { ...BEAT, kind: 'other' },
    { ...BEAT, instance: 1 },
    { ...BEAT, ready: 'yes' },
    { ...BEAT, alone: 1 },
  ])('signed, but no beat: %o', (beat) => {
    expect(readFrame(KEY, NONCE, 0, line(1, beat as Beat))).toBeNull()
  })
})
