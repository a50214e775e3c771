import { describe, expect, it } from 'vitest'
import {
  type Beat,
  HISTORY_END_BYTES,
  keyOf,
  LINE_BYTES,
  readFrame,
  writeFrame,
} from '../../../../src/keepalived/heartbeat/frame.ts'

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
const KEY = keyOf('the pair’s password')
const NONCE = 'a'.repeat(32)

function line(counter: number, beat: Beat = BEAT, key = KEY, nonce = NONCE): string {
  return writeFrame(key, nonce, counter, beat).trimEnd()
}

describe('a line of the heartbeat', () => {
  it('arrives as it was said', () => {
    expect(readFrame(KEY, NONCE, 0, line(1))).toEqual({ counter: 1, beat: BEAT })
  })

  it('with a last word', () => {
    const beat = { ...BEAT, farewell: { historyEnd: '2080b0e1-e552-11f1-81e9-02ab03741ecf:1-7', epoch: 3 } }
    expect(readFrame(KEY, NONCE, 0, line(1, beat))?.beat).toEqual(beat)
  })

  it('with the events of a holder; who has left tells none, so that all fits', () => {
    const events = { asOf: 1_763_751_000, list: 'off', marks: '0123abcd'.repeat(70) } as const
    expect(readFrame(KEY, NONCE, 0, line(1, { ...BEAT, events }))?.beat.events).toEqual(events)
    const farewell = { historyEnd: 'x'.repeat(HISTORY_END_BYTES), epoch: 3 }
    const long = line(999_999, { ...BEAT, instance: 'x'.repeat(60), farewell, events })
    expect(readFrame(KEY, NONCE, 0, long)?.beat).toMatchObject({ farewell, events: null })
    expect(long.length).toBeLessThan(LINE_BYTES)
    expect(line(999_999, { ...BEAT, instance: 'x'.repeat(60), events }).length).toBeLessThan(LINE_BYTES)
    const broken = { ...events, marks: '0123abc' }
    expect(readFrame(KEY, NONCE, 0, line(1, { ...BEAT, events: broken }))).toBeNull()
  })

  it('of a daemon of before, which did not say whether it is alone, nor what its last word is', () => {
    const { alone, knows, farewell, ...before } = BEAT
    expect([alone, knows, farewell]).toEqual([false, true, null])
    const read = readFrame(KEY, NONCE, 0, line(1, before as Beat))?.beat
    expect(read).toEqual({ ...before, alone: false, knows: false, farewell: null, events: null })
  })

  it('never holds the password', () => {
    expect(line(1)).not.toContain('password')
    expect(KEY.export().toString('utf8')).not.toContain('password')
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
    { ...BEAT, farewell: true },
    { ...BEAT, farewell: { historyEnd: '', epoch: 1 } },
    { ...BEAT, farewell: { historyEnd: 'a:1' } },
  ])('signed, but no beat: %o', (beat) => {
    expect(readFrame(KEY, NONCE, 0, line(1, beat as Beat))).toBeNull()
  })
})
