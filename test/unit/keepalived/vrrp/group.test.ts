import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupEvents } from '../../../../src/keepalived/vrrp/group.ts'
import { generator } from './generator.ts'
import { Node, plain } from './node.ts'
import { type Place, ROLE, Simulation, settings } from './simulation.ts'

/** Two instances of one node, told of each other as the worker does. */
class Group {
  readonly one: Node
  readonly two: Node

  constructor(overrides: Partial<ConstructorParameters<typeof Node>[0]> = {}) {
    this.one = new Node({ ...plain, name: 'VI_1', grouped: true })
    this.two = new Node({ ...plain, name: 'VI_2', grouped: true, ...overrides })
  }

  /** @returns what the members were told */
  settle(now: number): string[] {
    const told: string[] = []
    for (let round = 0; round < 9; round++) {
      const events = groupEvents('G', [this.one, this.two])
      for (const [node, event] of events) {
        told.push(`${node.settings.name} ${event.t}`)
        node.do(event, now)
      }
      if (events.length === 0) return told
    }
    throw new Error('does not come to rest')
  }

  get states(): string {
    return `${this.one.machine.state} ${this.two.machine.state}`
  }
}

function masters(): Group {
  const group = new Group()
  group.one.timer(2000)
  group.two.timer(2000)
  group.settle(2000)
  return group
}

describe('a sync group', () => {
  it('is master when the timers of all members have run out, in one turn', () => {
    const group = new Group()
    group.one.timer(2000)
    expect(group.settle(2000)).toEqual([])
    expect(group.states).toBe('BACKUP BACKUP')
    group.two.timer(2100)
    expect(group.settle(2100)).toEqual(['VI_1 groupElect', 'VI_2 groupElect'])
    expect(group.states).toBe('MASTER MASTER')
    expect(group.one.acts).toEqual(['MASTER', 'addVip', 'garp', 'advert 100'])
  })

  it('is not while one member hears a master', () => {
    const group = new Group()
    for (let now = 1000; now < 9000; now += 500) {
      group.one.timer(now)
      group.two.hear(200, now)
      expect(group.settle(now)).toEqual([])
    }
    expect(group.states).toBe('BACKUP BACKUP')
  })

  it('a member that waits for the others is not waiting any more when it hears a master', () => {
    const group = new Group()
    group.one.timer(2000)
    group.one.hear(200, 2010)
    group.two.timer(2100)
    expect(group.settle(2100)).toEqual([])
    expect(group.states).toBe('BACKUP BACKUP')
  })

  it('leaves together when one member has to yield, and says so', () => {
    const group = masters()
    group.one.hear(200, 2100)
    expect(group.settle(2100)).toEqual(['VI_2 groupLeave'])
    expect(group.states).toBe('BACKUP BACKUP')
    expect(group.two.acts).toEqual(['advert 0', 'removeVip', 'BACKUP'])
  })

  it('is in FAULT together, and recovers together', () => {
    const group = masters()
    const track = (up: boolean) => ({ t: 'track', tracker: 'chk', up, weight: null, reason: 'test' }) as const
    group.one.do(track(false), 2100)
    group.settle(2100)
    expect(group.states).toBe('FAULT FAULT')
    expect(group.two.acts).toEqual(['advert 0', 'removeVip', 'FAULT'])
    group.one.do(track(true), 3000)
    group.settle(3000)
    expect(group.states).toBe('BACKUP BACKUP')
  })

  it('a member in FAULT from the start keeps the others from being master', () => {
    const group = new Group()
    group.two.do({ t: 'link', up: false, reason: 'eth1 is down' }, 10)
    group.settle(10)
    expect(group.states).toBe('FAULT FAULT')
    group.one.timer(9000)
    group.settle(9000)
    expect(group.states).toBe('FAULT FAULT')
  })

  it('with a database: it is promoted when all want to be master, and all are when it is ready', () => {
    const group = new Group({ role: ROLE, nopreempt: true })
    group.two.timer(2000)
    expect(group.settle(2000)).toEqual([])
    expect(group.two.machine.candidacy).toBeNull()
    group.one.timer(2000)
    expect(group.settle(2000)).toEqual(['VI_2 groupElect'])
    expect(group.two.acts).toEqual(['promote', 'advert 100'])
    expect(group.states).toBe('BACKUP BACKUP')
    group.two.do({ t: 'promoted', id: group.two.machine.candidacy?.id ?? -1, ok: true, reason: '' }, 2100)
    expect(group.settle(2100)).toEqual(['VI_1 groupElect', 'VI_2 groupElect'])
    expect(group.states).toBe('MASTER MASTER')
  })

  it('… a promotion that fails leaves all backup', () => {
    const group = new Group({ role: ROLE, nopreempt: true })
    group.one.timer(2000)
    group.two.timer(2000)
    group.settle(2000)
    group.two.do({ t: 'promoted', id: group.two.machine.candidacy?.id ?? -1, ok: false, reason: 'no' }, 2100)
    expect(group.settle(2100)).toEqual([])
    expect(group.states).toBe('BACKUP BACKUP')
  })

  it('… it withdraws when another member hears a master meanwhile', () => {
    const group = new Group({ role: ROLE, nopreempt: true })
    group.one.timer(2000)
    group.two.timer(2000)
    group.settle(2000)
    group.one.hear(200, 2050)
    expect(group.settle(2050)).toEqual(['VI_2 groupLeave'])
    expect(group.two.acts).toEqual(['advert 0', 'demote'])
    expect(group.two.machine.candidacy).toBeNull()
  })

  it('… a member with a database that leaves takes the others with it', () => {
    const group = new Group({ role: ROLE, nopreempt: true })
    group.one.timer(2000)
    group.two.timer(2000)
    group.settle(2000)
    group.two.do({ t: 'promoted', id: group.two.machine.candidacy?.id ?? -1, ok: true, reason: '' }, 2100)
    group.settle(2100)
    group.two.do({ t: 'leave', id: 9, holdDownMs: 1000, reason: 'switchover' }, 2500)
    expect(group.settle(2500)).toEqual(['VI_1 groupLeave'])
    expect(group.states).toBe('BACKUP BACKUP')
  })
})

describe('nodes with a sync group, in any trouble', () => {
  const INSTANCES = 2
  const trouble = fc.record({
    fault: fc.constantFrom('kill', 'stop', 'fault', 'sleep', 'leave', 'loss of one' as const),
    node: fc.nat(2),
    member: fc.nat(INSTANCES - 1),
    lasts: fc.integer({ min: 1, max: 3000 }),
    pause: fc.integer({ min: 0, max: 5000 }),
  })

  it('are never split, and once it is quiet one of them is master of all', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.uniqueArray(fc.integer({ min: 1, max: 254 }), { minLength: 2, maxLength: 3 }),
        fc.boolean(),
        fc.array(trouble, { minLength: 1, maxLength: 8 }),
        (seed, priorities, nopreempt, troubles) => {
          const random = generator(seed)
          const places: Place[] = priorities.flatMap((_, node) =>
            Array.from({ length: INSTANCES }, (_unused, vrid) => ({ node, vrid })),
          )
          const all = places.map(({ node, vrid }) =>
            settings({
              name: `VI_${vrid}`,
              priority: priorities[node] ?? 100,
              nopreempt,
              leaseMs: 0,
              grouped: true,
            }),
          )
          const sim = new Simulation(all, random, undefined, places)
          const members = (node: number): number[] => places.flatMap((place, at) => (place.node === node ? [at] : []))
          const onAll = (node: number, act: (index: number) => void): void => {
            for (const index of members(node)) act(index)
          }
          for (const node of priorities.keys()) sim.at(random() * 2000, () => onAll(node, (index) => sim.start(index)))
          sim.run(8000)
          let at = 8000
          for (const { fault, node: chosen, member, lasts, pause } of troubles) {
            const node = chosen % priorities.length
            const index = members(node)[member] ?? 0
            const track = { t: 'track', tracker: 'chk', weight: null, reason: 'simulated' } as const
            if (fault === 'kill') {
              onAll(node, (one) => sim.kill(one))
              sim.at(lasts, () => onAll(node, (one) => sim.start(one)))
            } else if (fault === 'stop') {
              sim.together(members(node), { t: 'stop', reason: 'SIGTERM' })
              sim.at(lasts, () => onAll(node, (one) => sim.start(one)))
            } else if (fault === 'fault') {
              sim.event(index, { ...track, up: false })
              sim.at(lasts, () => sim.event(index, { ...track, up: true }))
            } else if (fault === 'leave') {
              sim.event(index, { t: 'leave', id: 1, holdDownMs: lasts, reason: 'switchover' })
            } else if (fault === 'sleep') onAll(node, (one) => sim.sleep(one, lasts))
            else {
              const until = at + lasts
              sim.lose = (to) => to === index && sim.now < until
            }
            at += pause
            sim.run(at)
          }
          sim.run(at + 4000)
          sim.lose = () => false
          sim.run(sim.now + 12_000)
          expect(sim.splits).toEqual([])
          const holding = new Set(sim.masters().map((index) => places[index]?.node))
          expect(holding.size).toBe(1)
          expect(sim.masters()).toHaveLength(INSTANCES)
        },
      ),
      { numRuns: 150 },
    )
  })
})
