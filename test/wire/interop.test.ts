import { describe, expect } from 'vitest'
import type { Daemon, Daemons, InstanceText } from './daemon.ts'
import { Segment } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

/** Clocks of different watchers, and a busy machine; s. */
const NOISE = 0.25

describe.skipIf(reason !== null)('ours and keepalived', { concurrent: true }, () => {
  const FLAVOURS: readonly (readonly [string, Omit<InstanceText, 'priority'>])[] = [
    ['v2 PASS, 1 s', { version: 2, advertInterval: 1, password: 'wire1234', nopreempt: true }],
    ['v3, 0.5 s', { version: 3, advertInterval: 0.5, nopreempt: true }],
    ['v3, 1 s', { version: 3, advertInterval: 1, nopreempt: true }],
  ]
  const skew = (text: InstanceText): number =>
    ((256 - text.priority) / 256) * (text.version === 2 ? 1 : text.advertInterval)
  const masterDown = (text: InstanceText): number => 3 * text.advertInterval + skew(text)

  async function established(
    { segment, daemons }: { segment: Segment; daemons: Daemons },
    kinds: readonly ['ours' | 'keepalived', 'ours' | 'keepalived'],
    texts: readonly [InstanceText, InstanceText],
  ): Promise<[Daemon, Daemon]> {
    const holder = daemons[kinds[0]]('a', texts[0])
    await holder.enters('MASTER')
    await segment.vip('a', true)
    const standby = daemons[kinds[1]]('b', texts[1])
    await standby.enters('BACKUP')
    // It has heard the holder when two adverts have passed.
    const seen = segment.adverts().length
    await segment.advert(() => true, seen + 1)
    expect(segment.hasVip('b')).toBe(false)
    return [holder, standby]
  }

  describe.each(FLAVOURS)('%s', (_, flavour) => {
    const texts = [
      { ...flavour, priority: 254, lease: 1 },
      { ...flavour, priority: 253, lease: 1 },
    ] as const
    const plain = [
      { ...flavour, priority: 254 },
      { ...flavour, priority: 253 },
    ] as const

    wireTest('keepalived stops, we take over', async ({ segment, daemons }) => {
      const [holder] = await established({ segment, daemons }, ['keepalived', 'ours'], [plain[0], texts[1]])
      holder.signal('SIGTERM')
      const zero = await segment.advert(({ priority }) => priority === 0)
      const ours = await segment.advert(({ from }) => from === Segment.address('b'))
      await segment.vip('b', true)
      expect(ours.at - zero.at).toBeGreaterThan(skew(texts[1]) - 0.002)
      expect(ours.at - zero.at).toBeLessThan(skew(texts[1]) + NOISE)
      expect(segment.hasVip('a')).toBe(false)
      expect(segment.gratuitousArps().filter((at) => at > zero.at).length).toBeGreaterThanOrEqual(5)
    })

    wireTest('keepalived dies, we take over', async ({ segment, daemons }) => {
      const [holder] = await established({ segment, daemons }, ['keepalived', 'ours'], [plain[0], texts[1]])
      const last = segment.adverts().at(-1)
      holder.signalAll('SIGKILL')
      const ours = await segment.advert(({ from }) => from === Segment.address('b'))
      await segment.vip('b', true)
      const after = ours.at - (last?.at ?? 0)
      expect(after).toBeGreaterThan(masterDown(texts[1]) - 0.01)
      expect(after).toBeLessThan(masterDown(texts[1]) + flavour.advertInterval + NOISE)
    })

    wireTest('we stop, keepalived takes over', async ({ segment, daemons }) => {
      const [holder] = await established({ segment, daemons }, ['ours', 'keepalived'], [texts[0], plain[1]])
      holder.signal('SIGTERM')
      const zero = await segment.advert(({ priority }) => priority === 0)
      const theirs = await segment.advert(({ from }) => from === Segment.address('b'))
      await segment.vip('b', true)
      expect(theirs.at - zero.at).toBeLessThan(skew(plain[1]) + NOISE)
      expect(await holder.exited()).toBe(0)
      expect(segment.hasVip('a')).toBe(false)
    })

    wireTest(
      'all our processes are killed, keepalived takes over, and nobody else has the VIP by then',
      async ({ segment, daemons }) => {
        const [holder] = await established({ segment, daemons }, ['ours', 'keepalived'], [texts[0], plain[1]])
        holder.signalAll('SIGKILL')
        await segment.vip('b', true)
        expect(segment.overlaps()).toEqual([])
        const [ended, begun] = segment.holdings()
        expect(ended).toMatchObject({ host: 'a' })
        expect(begun).toMatchObject({ host: 'b', to: Number.POSITIVE_INFINITY })
        // The margin that a lease of one second leaves before Master_Down.
        expect((begun?.from ?? 0) - (ended?.to ?? 0)).toBeGreaterThan(0.1)
      },
    )
  })

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
