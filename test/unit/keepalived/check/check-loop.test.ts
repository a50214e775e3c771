import { afterEach, describe, expect, it } from 'vitest'
import { CheckLoop } from '../../../../src/keepalived/check/check-loop.ts'
import type { CheckTiming } from '../../../../src/keepalived/config/servers.ts'
import { Heard } from '../sandbox.ts'

const TIMING: CheckTiming = {
  retry: 0,
  delayBeforeRetry: 0,
  delayLoop: 0.2,
  warmup: 0,
  alpha: false,
  logAllFailures: false,
}

describe('the loop of a check', () => {
  let loop: CheckLoop | null = null
  afterEach(() => loop?.stop())

  /** Times of the attempts, in ms from the start. */
  function attempts(timing: Partial<CheckTiming>, { lasts = 0, fromStart = false, random = 0 }): Heard<number> {
    const times = new Heard<number>()
    const began = performance.now()
    const attempt = async () => {
      times.add(performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, lasts))
      return { fault: null }
    }
    const probe = Promise.resolve({ what: 'x', called: 'CHECK', fromStart, attempt })
    const nothing = () => undefined
    const options = {
      owner: 'o',
      onVerdict: nothing,
      onWeight: nothing,
      onAttempt: nothing,
      log: nothing,
      random: () => random,
    }
    loop = new CheckLoop({ timing: { ...TIMING, ...timing }, up: true, probe, ...options })
    return times
  }

  /** The pause between the first two attempts. */
  async function between(times: Heard<number>): Promise<number> {
    const first = await times.first(() => true)
    return (await times.first((time) => time > first)) - first
  }

  it('begins within its warmup', async () => {
    expect(await attempts({ warmup: 0.4 }, { random: 0.5 }).first(() => true)).toBeGreaterThanOrEqual(195)
  })

  it('waits after an attempt; a command is timed from its start', async () => {
    expect(await between(attempts({}, { lasts: 100 }))).toBeGreaterThanOrEqual(295)
    await loop?.stop()
    const pauses = await between(attempts({ delayLoop: 2 }, { lasts: 1500, fromStart: true }))
    expect(pauses).toBeGreaterThanOrEqual(1990)
    expect(pauses).toBeLessThan(3500)
  })
})
