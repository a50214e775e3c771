import { describe, expect, it } from 'vitest'
import { RouterTally } from '../../../../src/keepalived/process/router-tally.ts'

describe('renewals of the lease', () => {
  it('the longest time between two is kept', () => {
    const tally = new RouterTally()
    for (const at of [0, 500, 1200, 1700]) tally.renewed(at)
    expect(tally.counters.longestRenewalMs).toBe(700)
  })

  it('one that the kernel held up is said once', () => {
    const tally = new RouterTally()
    tally.renewed(0)
    tally.renewalEnded(5)
    expect(tally.wasLate()).toBe(false)
    tally.renewed(500)
    tally.renewalEnded(800)
    expect(tally.wasLate()).toBe(true)
    expect(tally.wasLate()).toBe(false)
  })

  it('one of an address that was let go meanwhile is nobody’s matter', () => {
    const tally = new RouterTally()
    tally.renewed(0)
    tally.renewalEnded(300)
    tally.letGo()
    expect(tally.wasLate()).toBe(false)
  })
})
