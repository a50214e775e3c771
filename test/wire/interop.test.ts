import { describe, expect } from 'vitest'
import { type Cell, EVERYTHING, FLAVOURS, type Flavour, nameOf, SELECTION, tryCell } from './matrix.ts'
import { IPV6_LAYOUT } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

/**
 * `npm run wire:matrix` tries everything: {ours, keepalived}² × flavours × faults.
 * AH and auth_hmac (which Debian 12's keepalived, 2.2.7, does not know) in auth.test.ts.
 */
const cells = process.env.MMHA_WIRE === 'all' ? EVERYTHING : SELECTION

/** A busy machine may delay an advert by more than the 0.3 s that the other waits for one. */
const retries = ({ flavour }: Cell): number => (FLAVOURS[flavour].advertInterval < 0.5 ? 2 : 0)

describe.skipIf(reason !== null)('ours and keepalived', { concurrent: true }, () => {
  const ipv6Test = wireTest.extend({ layout: IPV6_LAYOUT })
  for (const cell of cells) {
    const { ipv6 = false }: Flavour = FLAVOURS[cell.flavour]
    const test = ipv6 ? ipv6Test : wireTest
    test(nameOf(cell), { timeout: 120_000, retry: retries(cell) }, async ({ segment, daemons }) =>
      tryCell(segment, daemons, cell),
    )
  }

  wireTest('a wrong password is counted and ignored', async ({ daemons }) => {
    const flavour = { version: 2, advertInterval: 1, nopreempt: true } as const
    const theirs = daemons.keepalived('a', { ...flavour, priority: 200, password: 'right' })
    await theirs.enters('MASTER')
    const ours = daemons.ours('b', { ...flavour, priority: 100, password: 'wrong' })
    await ours.log.line(/invalid passwd! from 10\.99\.7\.11/)
    await ours.enters('MASTER')
    const { counters } = ours.status()
    expect(counters.faults.authFailure).toBeGreaterThanOrEqual(3)
    expect(counters.advertsReceived).toBe(0)
  })

  wireTest(
    'nopreempt: a higher priority that comes back stays backup; without it, it takes over',
    async ({ segment, daemons }) => {
      const flavour = { version: 3, advertInterval: 0.5 } as const
      const low = daemons.ours('a', { ...flavour, priority: 100, nopreempt: true })
      await low.enters('MASTER')
      const polite = daemons.ours('b', { ...flavour, priority: 200, nopreempt: true })
      await polite.enters('BACKUP')
      // Longer than its Master_Down_Interval: six adverts of the other.
      const seen = segment.adverts().length
      await segment.advert(() => segment.adverts().length > seen + 6)
      expect(polite.status().state).toBe('BACKUP')
      polite.signal('SIGTERM')
      await polite.exited()
      const impolite = daemons.ours('b', { ...flavour, priority: 200 })
      await impolite.enters('MASTER')
      await low.log.line(/Master received advert from 10\.99\.7\.12 with higher priority 200, ours 100/)
      await segment.vip('a', false)
      expect(segment.hasVip('b')).toBe(true)
    },
  )
})
