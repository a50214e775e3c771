import { describe, expect, it } from 'vitest'
import { Interruption } from '../../../src/engine/interruption.ts'
import { MmhaError } from '../../../src/events/error.ts'
import type { MmhaEvent } from '../../../src/events/event.ts'

function asked() {
  const [stop, now] = [new AbortController(), new AbortController()]
  const events: MmhaEvent[] = []
  const interruption = new Interruption({ stop: stop.signal, now: now.signal }, (event) => void events.push(event))
  return { stop, now, events, interruption }
}

describe('an interruption', () => {
  it('where no step runs ends the connections, and says that nothing was done', () => {
    const { stop, events, interruption } = asked()
    interruption.check()
    stop.abort()
    expect(interruption.cut.aborted).toBe(true)
    expect(events.map(({ code, level, message }) => ({ code, level, message }))).toEqual([
      { code: 'run.interrupted', level: 'warn', message: 'interrupted' },
    ])
    expect(() => interruption.check()).toThrow(
      expect.objectContaining({ code: 'INTERRUPTED', exit: 130, message: 'interrupted: no step was done' }),
    )
  })

  it('says what was done, and what is left to end by itself', () => {
    const { now, interruption } = asked()
    const say = (code: MmhaEvent['code'], host: string, message: string) =>
      interruption.sink({ code, level: 'info', host, message })
    say('step.begin', 'm1', 'one')
    say('step.changed', 'm1', 'one (0.1 s)')
    say('step.begin', 'm1', 'install')
    now.abort()
    expect(interruption.cut.aborted).toBe(true)
    expect(String(interruption.because(new Error('the connection was lost')))).toContain(
      'interrupted: steps that are done: 1; left to end there by itself: install (m1)',
    )
  })

  it('hides no failure of a step', () => {
    const { stop, interruption } = asked()
    const error = (code: string) => new MmhaError('x', { code, source: 'user', exit: 1 })
    expect(interruption.because(error('SSH_LINK_LOST'))).toMatchObject({ code: 'SSH_LINK_LOST' })
    stop.abort()
    expect(interruption.because(error('SSH_LINK_LOST'))).toMatchObject({ code: 'INTERRUPTED' })
    expect(interruption.because(error('STEP_FAILED'))).toMatchObject({ code: 'STEP_FAILED' })
  })
})
