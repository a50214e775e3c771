import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Settings } from '../../../../src/keepalived/vrrp/state.ts'
import { masterDownMs } from '../../../../src/keepalived/vrrp/timing.ts'
import { generator } from './generator.ts'
import { Simulation, settings } from './simulation.ts'

/**
 * Plain VRRP on a bad network: packets are lost, doubled, and overtaken by others; clocks drift; nodes are started,
 * stopped, killed and hung; two or three nodes, each with its own priority and its own mind about preemption.
 */
const node = fc.record({
  priority: fc.integer({ min: 1, max: 254 }),
  nopreempt: fc.boolean(),
  preemptDelayMs: fc.constantFrom(0, 0, 1500),
  higherPrioSendAdvert: fc.boolean(),
  lowerPrioNoAdvert: fc.boolean(),
  /** Parts in a thousand; worse than any host's. */
  drift: fc.integer({ min: -5, max: 5 }),
})
const nodes = fc.uniqueArray(node, { minLength: 2, maxLength: 3, selector: ({ priority }) => priority })
const trouble = fc.record({
  fault: fc.constantFrom('kill', 'stop', 'sleep', 'fault', 'priority' as const),
  node: fc.nat(2),
  lasts: fc.integer({ min: 1, max: 4000 }),
  pause: fc.integer({ min: 0, max: 4000 }),
})
const bad = fc.record({
  loss: fc.double({ min: 0, max: 0.9, noNaN: true }),
  doubled: fc.double({ min: 0, max: 0.5, noNaN: true }),
  /** ms */
  lateness: fc.integer({ min: 0, max: 700 }),
})

interface Weather {
  readonly loss: number
  readonly doubled: number
  readonly lateness: number
}

function network(
  seed: number,
  chosen: readonly (Partial<Settings> & { drift: number })[],
  version: 2 | 3,
): { sim: Simulation; spoil: (how: Weather | null) => void; patience: number } {
  const random = generator(seed)
  const all = chosen.map(({ drift: _, ...own }) => settings({ ...own, version, advertMs: 1000, leaseMs: 0 }))
  const sim = new Simulation(all, random)
  for (const [index, { drift }] of chosen.entries()) sim.rates[index] = 1 + drift / 1000
  const spoil = (how: Weather | null): void => {
    sim.lose = () => how !== null && random() < how.loss
    sim.weather = () => ({ copies: how !== null && random() < how.doubled ? 2 : 1, delay: how?.lateness ?? 0 })
  }
  const patience = Math.max(...all.map((one) => masterDownMs(one, one.priority, one.advertMs)))
  return { sim, spoil, patience }
}

function inflict(sim: Simulation, index: number, { fault, lasts }: { fault: string; lasts: number }): void {
  const track = { t: 'track', tracker: 'chk', reason: 'simulated' } as const
  if (fault === 'kill') {
    sim.kill(index)
    sim.at(lasts, () => sim.start(index))
  } else if (fault === 'stop') {
    sim.event(index, { t: 'stop', reason: 'SIGTERM' })
    sim.at(lasts, () => sim.start(index))
  } else if (fault === 'sleep') sim.sleep(index, lasts)
  else {
    const weight = fault === 'fault' ? null : -100
    sim.event(index, { ...track, up: false, weight })
    sim.at(lasts, () => sim.event(index, { ...track, up: true, weight }))
  }
}

describe('on a bad network', () => {
  it('there is exactly one master once it has been quiet for a Master_Down_Interval', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        nodes,
        fc.constantFrom(2, 3),
        bad,
        fc.array(trouble, { maxLength: 6 }),
        (seed, chosen, version, how, troubles) => {
          const { sim, spoil, patience } = network(seed, chosen, version)
          for (const index of chosen.keys()) sim.at(sim.random() * 3000, () => sim.start(index))
          spoil(how)
          let at = 3000
          for (const one of troubles) {
            sim.run(at)
            inflict(sim, one.node % chosen.length, one)
            at += one.pause
          }
          sim.run(at + 4000)
          spoil(null)
          // What was still on its way, then one interval to find out about each other, and the delayed preemption.
          sim.run(sim.now + how.lateness + patience + 10)
          expect(sim.masters().length).toBeGreaterThan(0)
          sim.run(sim.now + patience + 1500)
          expect(sim.masters()).toHaveLength(1)
          expect(sim.holders()).toEqual(sim.masters())
          const [master = -1] = sim.masters()
          const highest = chosen.reduce(
            (best, one, index) => (one.priority > (chosen[best]?.priority ?? 0) ? index : best),
            0,
          )
          if (chosen[highest]?.nopreempt === false) expect(master).toBe(highest)
        },
      ),
      { numRuns: 250 },
    )
  })

  it('two nodes never stay masters beside each other: the first advert that comes through ends it', () => {
    fc.assert(
      fc.property(fc.integer(), nodes, fc.integer({ min: 1, max: 8 }), (seed, chosen, cutFor) => {
        const { sim, patience } = network(seed, chosen, 3)
        sim.lose = () => true
        for (const index of chosen.keys()) sim.start(index)
        sim.run(patience * cutFor)
        sim.lose = () => false
        // All send within one interval; what is heard then settles it.
        sim.run(sim.now + 1010)
        expect(sim.masters().length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 150 },
    )
  })

  it('a node that dies, hangs or leaves is replaced within the Master_Down_Interval of the next one', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        nodes,
        fc.constantFrom('kill', 'stop', 'sleep', 'fault' as const),
        (seed, chosen, fault) => {
          const { sim, patience } = network(seed, chosen, 3)
          for (const index of chosen.keys()) sim.start(index)
          sim.run(3 * patience + 1500)
          const [first = -1] = sim.masters()
          inflict(sim, first, { fault, lasts: 60_000 })
          sim.run(sim.now + patience * 1.01 + 5)
          const others = sim.masters().filter((index) => index !== first)
          expect(others).toHaveLength(1)
        },
      ),
      { numRuns: 150 },
    )
  })
})

/**
 * One trouble after the other. (Two nodes whose timers happen to run out within the same millisecond, because both had
 * just come up, are masters for as long as an advert takes: that is VRRP. With a `role`, claims come before addresses.)
 */
describe('a pair with a kernel lease and nopreempt', () => {
  const next = fc.record({
    fault: fc.constantFrom('kill', 'stop', 'sleep', 'fault' as const),
    onHolder: fc.boolean(),
    lasts: fc.integer({ min: 100, max: 4000 }),
    pause: fc.integer({ min: 8000, max: 9000 }),
  })

  it('never has two addresses, whoever is killed, stopped, hung or faulty, while packets come through', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(next, { minLength: 1, maxLength: 6 }), (seed, troubles) => {
        const all = [254, 253].map((priority) => settings({ priority, nopreempt: true, leaseMs: 1000, advertMs: 500 }))
        const sim = new Simulation(all, generator(seed))
        sim.start(0)
        sim.at(100 + sim.random() * 3000, () => sim.start(1))
        sim.run(8000)
        for (const { onHolder, pause, ...one } of troubles) {
          const [holder = -1] = sim.holders()
          inflict(sim, onHolder ? holder : 1 - holder, one)
          sim.run(sim.now + pause)
          expect(sim.holders()).toHaveLength(1)
          expect(sim.masters()).toEqual(sim.holders())
        }
        expect(sim.doubles).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
