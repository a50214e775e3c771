import { describe, expect, it } from 'vitest'
import { describeFailure } from '../../../src/cli/failure.ts'
import { EXIT, MmhaError } from '../../../src/events/error.ts'
import type { MmhaEvent } from '../../../src/events/event.ts'
import { ndjson } from '../../../src/events/renderer.ts'
import { wrongLines } from '../../fixtures/event-lines.ts'

const BEGIN: MmhaEvent = { code: 'phase.begin', level: 'info', message: 'Packages', data: { hosts: ['m1'] } }
const CHANGED: MmhaEvent = {
  code: 'step.changed',
  level: 'info',
  host: 'm1',
  message: 'install (1.0 s)',
  data: { step: 'packages', ms: 1000, status: 0 },
}

function written(event: object): string {
  let text = ''
  ndjson({ write: (more) => (text += more) }).sink(event as MmhaEvent)
  return text
}

describe('a line of --json', () => {
  it.each([
    ['an event with a payload', BEGIN],
    ['one of a host', CHANGED],
    ['one of a pair', { ...CHANGED, pair: 'shop' }],
    ['one without a payload', { code: 'drill.ready', level: 'info', message: 'writers on c1' }],
    ['a payload with a key that came later', { ...CHANGED, data: { ...CHANGED.data, cpu: 3 } }],
  ])('fits its schema: %s', (_, event) => {
    expect(wrongLines(written(event))).toEqual([])
  })

  it.each([
    ['an unknown code', { ...BEGIN, code: 'phase.middle' }, 'unknown: event phase.middle'],
    ['an unknown level', { ...BEGIN, level: 'loud' }, 'level'],
    ['a missing key', { ...CHANGED, data: { step: 'packages', ms: 1000 } }, 'status'],
    ['a key of another type', { ...BEGIN, data: { hosts: 'm1' } }, 'hosts'],
    ['a payload that its code has not', { code: 'lock.wait', level: 'info', message: 'x', data: { a: 1 } }, 'data'],
    ['no payload where there should be one', { code: 'plan.ready', level: 'info', message: 'x' }, 'data'],
    ['a key of its own', { ...BEGIN, colour: 'red' }, 'colour'],
    ['another version', { ...BEGIN, version: 2 }, 'version'],
  ])('does not, and it is said why: %s', (_, event, why) => {
    expect(wrongLines(written(event))).toEqual([expect.stringContaining(why)])
  })

  it('an error, of ours and of nobody', () => {
    const ours = new MmhaError('no', { code: 'STEP_FAILED', source: 'user', exit: EXIT.failed, host: 'm1' })
    for (const error of [ours, new TypeError('x is undefined')]) {
      const line = JSON.stringify(describeFailure(error, false).document)
      expect(wrongLines(line)).toEqual([])
      expect(wrongLines(line.replace('"exit":1', '"exit":0'))).toHaveLength(1)
    }
  })

  it('what is no JSON is wrong', () => {
    expect(wrongLines('warning: something\n')).toHaveLength(1)
  })
})
