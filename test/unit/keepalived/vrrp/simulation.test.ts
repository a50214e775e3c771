import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { masterDownMs } from '../../../../src/keepalived/vrrp/timing.ts'
import { generator } from './generator.ts'
import { ROLE, Simulation, settings } from './simulation.ts'

const FAULTS = ['kill', 'leave', 'stop', 'database', 'sleep', 'promotion fails', 'check dies'] as const
interface Trouble {
  readonly fault: (typeof FAULTS)[number]
  readonly onHolder: boolean
  /** ms until it is over, and until the next one begins. */
  readonly lasts: number
  readonly pause: number
  /** Packets are lost for this long, less than the peers' patience. */
  readonly lossMs: number
}

const trouble: fc.Arbitrary<Trouble> = fc.record({
  fault: fc.constantFrom(...FAULTS),
  onHolder: fc.boolean(),
  lasts: fc.integer({ min: 1, max: 4000 }),
  pause: fc.integer({ min: 0, max: 6000 }),
  lossMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 900 })),
})

function inflict(sim: Simulation, index: number, { fault, lasts }: Trouble): void {
  const host = sim.hosts[index]
  if (host === undefined || !host.alive) return
  const database = { t: 'track', tracker: 'mysql', weight: null, reason: 'simulated' } as const
  switch (fault) {
    case 'kill':
      sim.kill(index)
      sim.at(lasts, () => sim.start(index))
      return
    case 'stop':
      sim.event(index, { t: 'stop', reason: 'SIGTERM' })
      sim.at(lasts + ROLE.demoteDeadlineMs, () => sim.start(index))
      return
    case 'leave':
      sim.event(index, { t: 'leave', id: 1, holdDownMs: lasts, reason: 'switchover' })
      return
    case 'database':
      sim.event(index, { ...database, up: false })
      sim.at(lasts, () => sim.event(index, { ...database, up: true }))
      return
    case 'sleep':
      sim.sleep(index, lasts)
      return
    case 'promotion fails':
      host.promotions = false
      sim.at(lasts, () => {
        host.promotions = true
      })
      return
    case 'check dies':
      sim.event(index, { t: 'check', there: false })
      sim.at(lasts, () => {
        sim.event(index, { t: 'check', there: true })
        sim.event(index, { t: 'gate', open: true, reason: 'back' })
      })
      return
  }
}

/** Two hosts with a database and an established holder, then trouble, then quiet. */
function pairInTrouble(seed: number, troubles: readonly Trouble[]): Simulation {
  const random = generator(seed)
  const sim = new Simulation([settings({ priority: 254, role: ROLE }), settings({ priority: 253, role: ROLE })], random)
  sim.start(0)
  sim.at(random() * 3000, () => sim.start(1))
  sim.run(6000)
  expect(sim.holders()).toHaveLength(1)
  let at = 6000
  for (const one of troubles) {
    const holder = sim.holders()[0] ?? 0
    const lossUntil = at + one.lossMs
    sim.lose = () => sim.now < lossUntil && random() < 0.5
    inflict(sim, one.onHolder ? holder : 1 - holder, one)
    at += one.pause
    sim.run(at)
  }
  sim.lose = () => false
  sim.run(at + 20_000)
  return sim
}

describe('a pair with databases, in any trouble', () => {
  it('has one holder once it is quiet', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(trouble, { minLength: 1, maxLength: 8 }), (seed, troubles) => {
        const sim = pairInTrouble(seed, troubles)
        expect(sim.masters()).toEqual(sim.holders())
        expect(sim.holders()).toHaveLength(1)
      }),
      { numRuns: 300 },
    )
  })

  it('never has two hosts with the VIP, whatever dies, sleeps or leaves, when no packet is lost', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(trouble, { minLength: 1, maxLength: 8 }), (seed, troubles) => {
        const sim = pairInTrouble(
          seed,
          troubles.map((one) => ({ ...one, lossMs: 0 })),
        )
        expect(sim.doubles).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('… nor when packets of one handover are lost', () => {
    const handover = fc.record({
      fault: fc.constantFrom('leave' as const, 'database' as const, 'stop' as const, 'kill' as const),
      onHolder: fc.constant(true),
      lasts: fc.integer({ min: 1, max: 4000 }),
      pause: fc.integer({ min: 9000, max: 12_000 }),
      lossMs: fc.integer({ min: 1, max: 900 }),
    })
    fc.assert(
      fc.property(fc.integer(), fc.array(handover, { minLength: 1, maxLength: 4 }), (seed, troubles) => {
        expect(pairInTrouble(seed, troubles).doubles).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

describe('a holder that leaves and then dies', () => {
  it('has lost the VIP to its kernel before the successor adds it', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 320 }), fc.integer({ min: 0, max: 500 }), (...given) => {
        const [seed, diesAfter, phase] = given
        const sim = pairInTrouble(seed, [])
        const [holder = -1] = sim.holders()
        sim.run(sim.now + phase)
        sim.event(holder, { t: 'track', tracker: 'mysql', up: false, weight: null, reason: 'died' })
        sim.at(diesAfter, () => sim.kill(holder))
        sim.run(sim.now + 5000)
        expect(sim.doubles).toEqual([])
        expect(sim.holders()).toEqual([1 - holder])
      }),
      { numRuns: 200 },
    )
  })
})

describe('plain VRRP', () => {
  const priorities = fc.uniqueArray(fc.integer({ min: 1, max: 254 }), { minLength: 2, maxLength: 3 })

  it('three nodes or two, any loss: one master after it has been quiet for the longest Master_Down_Interval', () => {
    fc.assert(
      fc.property(fc.integer(), priorities, fc.boolean(), fc.double({ min: 0, max: 0.9, noNaN: true }), (...given) => {
        const [seed, chosen, nopreempt, loss] = given
        const random = generator(seed)
        const all = chosen.map((priority) => settings({ priority, nopreempt, leaseMs: 0 }))
        const sim = new Simulation(all, random, () => random() < loss)
        for (const index of all.keys()) sim.at(random() * 500, () => sim.start(index))
        sim.run(30_000)
        sim.lose = () => false
        const patience = Math.max(...all.map((one) => masterDownMs(one, one.priority, one.advertMs)))
        sim.run(sim.now + 2 * patience)
        expect(sim.masters()).toHaveLength(1)
        expect(sim.holders()).toEqual(sim.masters())
        const highest = chosen.indexOf(Math.max(...chosen))
        if (!nopreempt) expect(sim.masters()).toEqual([highest])
      }),
      { numRuns: 200 },
    )
  })

  it('a node that leaves is replaced after the skew of the next one', () => {
    fc.assert(
      fc.property(fc.integer(), priorities, (seed, chosen) => {
        const random = generator(seed)
        const sim = new Simulation(
          chosen.map((priority) => settings({ priority, leaseMs: 0 })),
          random,
        )
        for (const index of chosen.keys()) sim.start(index)
        sim.run(10_000)
        const [first = -1] = sim.masters()
        sim.event(first, { t: 'stop', reason: 'SIGTERM' })
        const next = Math.max(...chosen.filter((_, index) => index !== first))
        const skew = ((256 - next) * 500) / 256
        sim.run(10_000 + skew + 3)
        expect(sim.masters()).toEqual([chosen.indexOf(next)])
      }),
      { numRuns: 100 },
    )
  })
})

describe('handover between two databases', () => {
  it('costs a few milliseconds beyond the promotion, and no skew', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const sim = pairInTrouble(seed, [])
        const [holder = -1] = sim.holders()
        const start = sim.now
        sim.event(holder, { t: 'track', tracker: 'mysql', up: false, weight: null, reason: 'died' })
        let taken = Number.NaN
        // 5..45 ms of promotion, three packets of up to 1.05 ms.
        for (let at = start; at < start + 100 && Number.isNaN(taken); at += 0.1) {
          sim.run(at)
          if (sim.holders()[0] === 1 - holder) taken = at - start
        }
        expect(taken).toBeLessThan(49)
        expect(sim.doubles).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})
