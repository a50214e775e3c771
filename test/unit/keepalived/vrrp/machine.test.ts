import { describe, expect, it } from 'vitest'
import { initialMachine } from '../../../../src/keepalived/vrrp/state.ts'
import { leaseIsSafe, nextDeadline } from '../../../../src/keepalived/vrrp/timing.ts'
import { backup, DOWN, master, Node, plain, SKEW } from './node.ts'
import { ROLE, settings } from './simulation.ts'

describe('RFC 9568 6.4', () => {
  it('INIT, owner: MASTER at once', () => {
    const node = new Node({ ...plain, priority: 255 })
    expect(node.machine.state).toBe('MASTER')
    expect(node.machine.advertAt).toBe(500)
  })

  it('INIT, not the owner: BACKUP, Master_Down_Timer runs', () => {
    const node = backup()
    expect(node.machine.state).toBe('BACKUP')
    expect(node.machine.masterDownAt).toBeCloseTo(DOWN)
  })

  it('BACKUP, Master_Down_Timer: MASTER; VIP, GARP, advert', () => {
    const node = backup().timer(DOWN)
    expect(node.acts).toEqual(['MASTER', 'addVip', 'garp', 'advert 100'])
    expect(node.machine.advertAt).toBeCloseTo(DOWN + 500)
  })

  it('BACKUP, priority 0: only Skew_Time is left', () => {
    expect(backup().hear(0, 1000).machine.masterDownAt).toBeCloseTo(1000 + SKEW)
  })

  it('BACKUP, version 2: Skew_Time is a part of a second, whatever the interval', () => {
    const node = backup({ version: 2, advertMs: 2000 })
    expect(node.hear(0, 1000).machine.masterDownAt).toBeCloseTo(1000 + (156 / 256) * 1000)
  })

  it('BACKUP, advert not lower: interval learned, timer reset', () => {
    const node = backup().hear(100, 1000, { intervalMs: 1000 })
    expect(node.machine.masterIntervalMs).toBe(1000)
    expect(node.machine.masterDownAt).toBeCloseTo(1000 + 3000 + 2 * SKEW)
  })

  it('BACKUP, lower advert, preemption: discarded', () => {
    expect(backup().hear(99, 1000).machine.masterDownAt).toBeCloseTo(DOWN)
  })

  it('BACKUP, lower advert, nopreempt: accepted', () => {
    expect(backup({ nopreempt: true }).hear(1, 1000).machine.masterDownAt).toBeCloseTo(1000 + DOWN)
  })

  it('MASTER, Adver_Timer: advert', () => {
    const node = master()
    expect(node.timer(DOWN + 500).acts).toEqual(['advert 100'])
    expect(node.machine.advertAt).toBeCloseTo(DOWN + 1000)
  })

  it('MASTER, priority 0: advert at once, timer reset', () => {
    const node = master().hear(0, DOWN + 100)
    expect(node.acts).toEqual(['advert 100'])
    expect(node.machine.advertAt).toBeCloseTo(DOWN + 600)
  })

  it.each([
    ['higher priority', 101, false],
    ['equal priority, higher address', 100, true],
  ])('MASTER, %s: BACKUP, VIP removed, nothing sent', (_, priority, fromHigher) => {
    const node = master().hear(priority, DOWN + 100, { fromHigher })
    expect(node.acts).toEqual(['removeVip', 'BACKUP'])
    expect(node.machine.masterDownAt).toBeCloseTo(2 * DOWN + 100)
  })

  it.each([
    ['lower priority', 99, true],
    ['equal priority, lower address', 100, false],
  ])('MASTER, %s: stays, says so at once', (_, priority, fromHigher) => {
    const node = master().hear(priority, DOWN + 100, { fromHigher })
    expect(node.acts).toEqual(['addVip', 'garp', 'advert 100'])
    expect(node.machine.state).toBe('MASTER')
  })

  it('MASTER, shutdown: priority 0, VIP removed', () => {
    expect(master().do({ t: 'stop', reason: 'SIGTERM' }, DOWN + 1).acts).toEqual([
      'advert 0',
      'removeVip',
      'STOP',
      'stopped',
    ])
  })

  it('BACKUP, shutdown: silent', () => {
    expect(backup().do({ t: 'stop', reason: 'SIGTERM' }, 1).acts).toEqual(['STOP', 'stopped'])
  })
})

describe('keepalived beyond the RFC', () => {
  const down = { t: 'track', tracker: 'chk', up: false, reason: 'exit 1' } as const

  it('a tracker without weight: FAULT with priority 0, then BACKUP', () => {
    const node = master().do({ ...down, weight: null }, DOWN + 10)
    expect(node.acts).toEqual(['advert 0', 'removeVip', 'FAULT'])
    expect(node.machine.masterDownAt).toBeNull()
    node.do({ ...down, up: true, weight: null }, DOWN + 5000)
    expect(node.acts).toEqual(['BACKUP'])
  })

  it.each([
    ['negative while down', -20, false, 80],
    ['negative while up', -20, true, 100],
    ['positive while up', 30, true, 130],
    ['positive while down', 30, false, 100],
    ['clipped above', 200, true, 254],
    ['clipped below', -200, false, 1],
  ])('weight %s', (_, weight, up, priority) => {
    const node = master().do({ ...down, up, weight }, DOWN + 10)
    expect(node.timer(DOWN + 500).acts).toEqual([`advert ${priority}`])
  })

  it('an owner keeps priority 255', () => {
    const node = new Node({ ...plain, priority: 255 }).do({ ...down, weight: -20 }, 10)
    expect(node.timer(500).acts).toEqual(['advert 255'])
  })

  it('nothing is elected before a tracker that can cause FAULT has spoken', () => {
    const node = backup({ awaitedTrackers: ['chk'] })
    expect(node.machine.state).toBe('INIT')
    expect(nextDeadline(node.machine)).toBeNull()
    node.do({ ...down, up: true, weight: 0 }, 50)
    expect(node.machine.state).toBe('BACKUP')
  })

  it('link down: FAULT, the VIP goes at once', () => {
    const node = master({ role: ROLE }).do({ t: 'link', up: false, reason: 'eth0 is down' }, DOWN + 10)
    expect(node.acts).toEqual(['advert 0', 'demote', 'removeVip', 'FAULT'])
  })

  it('preempt_delay: the lower master stays for that long', () => {
    const node = backup({ preemptDelayMs: 3000 })
    expect(node.hear(50, 1000).machine.masterDownAt).toBeCloseTo(1000 + DOWN)
    expect(node.hear(50, 3999).machine.masterDownAt).toBeCloseTo(3999 + DOWN)
    expect(node.hear(50, 4000).machine.masterDownAt).toBeCloseTo(3999 + DOWN)
  })

  it('GARP again after garp_master_delay, and at each refresh', () => {
    const node = master({ garpDelayMs: 700, garpRefreshMs: 400 })
    expect(node.timer(DOWN + 400).acts).toEqual(['garp'])
    expect(node.timer(DOWN + 700).acts).toEqual(['advert 100', 'garp'])
    expect(node.machine.garpAt).toBeNull()
    expect(node.machine.refreshAt).toBeCloseTo(DOWN + 800)
  })

  it('a VIP that somebody removed comes back', () => {
    expect(master().do({ t: 'vipLost' }, DOWN + 10).acts).toEqual(['addVip', 'garp', 'advert 100'])
  })
})

describe('kernel lease', () => {
  it('is renewed with each advert, which goes first: the kernel may hold up a renewal', () => {
    const node = master({ leaseMs: 1000 })
    expect(node.timer(DOWN + 500).acts).toEqual(['advert 100', 'addVip'])
  })

  it('is renewed between adverts when it is shorter than two intervals', () => {
    const node = master({ leaseMs: 1000, advertMs: 1000, priority: 254 })
    const start = node.machine.since
    expect(node.timer(start + 500).acts).toEqual(['addVip'])
    expect(node.timer(start + 1000).acts).toEqual(['advert 254', 'addVip'])
  })

  it('that the kernel held up lasts longer than the advert before it: the peers hear another one', () => {
    const node = master({ leaseMs: 1000 }).timer(DOWN + 500)
    expect(node.do({ t: 'renewedLate' }, DOWN + 600).acts).toEqual(['advert 100'])
    expect(node.timer(DOWN + 1100).acts).toEqual(['advert 100', 'addVip'])
  })

  it('that the kernel held up for too long: the master steps down, and sends nothing', () => {
    const node = master({ leaseMs: 1000 }).timer(DOWN + 500)
    expect(node.do({ t: 'renewedLate' }, DOWN + 500 + 1400).acts).toEqual(['removeVip', 'BACKUP'])
  })

  it.each([
    [1000, 500, true],
    [1000, 1000, true],
    [1000, 100, false],
    [2000, 500, false],
    [0, 100, true],
  ])('of %i ms is safe with adverts each %i ms: %s', (leaseMs, advertMs, safe) => {
    expect(leaseIsSafe(settings({ leaseMs, advertMs }))).toBe(safe)
  })

  it('a master that slept steps down before it sends', () => {
    const node = master({ leaseMs: 1000 }).timer(DOWN + 1400)
    expect(node.acts).toEqual(['removeVip', 'BACKUP'])
  })

  it('a master that was only a little late goes on', () => {
    expect(master({ leaseMs: 1000 }).timer(DOWN + 1300).acts).toEqual(['advert 100', 'addVip'])
  })
})

describe('with a database', () => {
  const role = { role: ROLE, leaseMs: 1000, nopreempt: true }
  const promoted = (node: Node, ok: boolean, now: number): Node =>
    node.do({ t: 'promoted', id: node.machine.candidacy?.id ?? -1, ok, reason: 'test' }, now)

  it('nobody there: claims, promotes, then takes the VIP', () => {
    const node = backup(role).timer(DOWN)
    expect(node.acts).toEqual(['promote', 'advert 100'])
    expect(node.machine.state).toBe('BACKUP')
    promoted(node, true, DOWN + 20)
    expect(node.acts).toEqual(['MASTER', 'addVip', 'garp', 'advert 100'])
  })

  it('the holder left: silent until promoted, VIP only after the second priority 0', () => {
    const node = backup(role)
      .hear(200, 1000)
      .hear(0, 1100)
      .timer(1100 + SKEW)
    expect(node.acts).toEqual(['promote'])
    promoted(node, true, 1420)
    expect(node.acts).toEqual(['MASTER', 'advert 100'])
    expect(node.machine.vip).toBe('awaited')
    node.hear(0, 1421)
    expect(node.acts).toEqual(['addVip', 'garp', 'advert 100'])
  })

  it('the holder left and then died: VIP when its lease must have ended', () => {
    const node = backup(role)
      .hear(200, 1000)
      .hear(0, 1100)
      .timer(1100 + SKEW)
    promoted(node, true, 1420)
    expect(node.machine.vipAt).toBe(1100 + 1000 + 900)
    expect(node.timer(1920).acts).toEqual(['advert 100'])
    expect(node.timer(2420).acts).toEqual(['advert 100'])
    expect(node.timer(2920).acts).toEqual(['advert 100'])
    expect(node.timer(3000).acts).toEqual(['addVip', 'garp', 'advert 100'])
  })

  it('the holder gave up waiting before we were ready: its "gone" counts', () => {
    const node = backup(role)
      .hear(200, 1000)
      .hear(0, 1100)
      .timer(1100 + SKEW)
      .hear(0, 1410)
    promoted(node, true, 1600)
    expect(node.acts).toEqual(['MASTER', 'addVip', 'garp', 'advert 100'])
  })

  it('a farewell: the only successor prepares at once, in silence, and withdraws when the holder is heard again', () => {
    const node = backup(role).hear(200, 1000).hear(0, 1100)
    expect(node.machine.masterDownAt).toBe(1100)
    expect(node.timer(1100).acts).toEqual(['promote'])
    expect(node.hear(200, 1101).acts).toEqual(['demote'])
    expect(node.machine.masterDownAt).toBeCloseTo(1101 + DOWN)
  })

  it('a duplicate of the first priority 0 is no "gone"', () => {
    const node = backup(role)
      .hear(200, 1000)
      .hear(0, 1100)
      .hear(0, 1101)
      .timer(1101 + SKEW)
    promoted(node, true, 1420)
    expect(node.machine.vip).toBe('awaited')
  })

  it('a silent holder: its lease ended before Master_Down, so the VIP is added at once', () => {
    const node = backup(role)
      .hear(200, 1000)
      .timer(1000 + DOWN)
    promoted(node, true, 1000 + DOWN + 20)
    expect(node.acts).toEqual(['MASTER', 'addVip', 'garp', 'advert 100'])
  })

  it('leaving because the database died: answers until the successor speaks', () => {
    const node = master(role).do({ t: 'track', tracker: 'mysql', up: false, weight: null, reason: 'died' }, 3000)
    expect(node.acts).toEqual(['advert 0', 'demote', 'FAULT'])
    expect(node.machine.vip).toBe('lingering')
    expect(node.hear(90, 3020).acts).toEqual(['removeVip', 'advert 0'])
  })

  it('… but not for ever', () => {
    const node = master(role).do({ t: 'track', tracker: 'mysql', up: false, weight: null, reason: 'died' }, 3000)
    expect(node.timer(3300).acts).toEqual(['removeVip', 'advert 0'])
  })

  it('a successor that missed the "gone" is told again, at most twice', () => {
    const node = master(role).do({ t: 'track', tracker: 'mysql', up: false, weight: null, reason: 'died' }, 3000)
    node.timer(3300)
    const answers = [3310, 3360, 3370, 3420, 3600].map((now) => node.hear(90, now).acts)
    expect(answers).toEqual([[], ['advert 0'], [], ['advert 0'], []])
  })

  it('planned leave: hands over, answers when the VIP has gone, and holds off', () => {
    const node = master(role).do({ t: 'leave', id: 77, holdDownMs: 60_000, reason: 'switchover' }, 3000)
    expect(node.acts).toEqual(['advert 0', 'BACKUP'])
    node.timer(node.machine.vipAt ?? 0)
    node.timer(node.machine.masterDownAt ?? 0)
    expect(node.machine.candidacy).toBeNull()
    expect(node.machine.masterDownAt).toBeCloseTo(63_000 + SKEW)
  })

  it('… until another has taken over: when that one dies, this node is there', () => {
    const node = master(role).do({ t: 'leave', id: 77, holdDownMs: 60_000, reason: 'switchover' }, 3000)
    expect(node.hear(90, 3020).acts).toEqual(['removeVip', 'advert 0', 'left'])
    node.timer(node.machine.masterDownAt ?? 0)
    expect(node.machine.candidacy).not.toBeNull()
  })

  it('a leave of a node that is not the holder is done at once', () => {
    expect(backup(role).do({ t: 'leave', id: 7, holdDownMs: 0, reason: 'x' }, 10).acts).toEqual(['left'])
  })

  it('failed promotion: claim withdrawn, others may try first', () => {
    const node = backup(role).timer(DOWN)
    promoted(node, false, DOWN + 20)
    expect(node.acts).toEqual(['advert 0', 'demote'])
    expect(node.machine.state).toBe('BACKUP')
    expect(node.machine.masterDownAt).toBeCloseTo(DOWN + 20 + 1000 + DOWN)
  })

  it('no answer in time is a failed promotion, and a late answer has no say', () => {
    const node = backup(role).timer(DOWN)
    const { id, deadlineAt } = node.machine.candidacy ?? { id: -1, deadlineAt: -1 }
    for (let now = DOWN + 500; now < deadlineAt; now += 500) node.timer(now)
    expect(node.timer(deadlineAt).acts).toContain('demote')
    node.do({ t: 'promoted', id, ok: true, reason: '' }, deadlineAt + 1)
    expect(node.machine.state).toBe('BACKUP')
    expect(node.acts).toEqual([])
  })

  it('the master speaks during the promotion: withdraws and demotes', () => {
    const node = backup(role)
      .hear(200, 1000)
      .timer(1000 + DOWN)
      .hear(200, 1000 + DOWN + 5)
    expect(node.acts).toEqual(['demote'])
    expect(node.machine.candidacy).toBeNull()
  })

  it('two claims: the lower priority withdraws, the higher insists', () => {
    expect(
      backup(role)
        .timer(DOWN)
        .hear(101, DOWN + 1).acts,
    ).toEqual(['demote'])
    expect(
      backup(role)
        .timer(DOWN)
        .hear(99, DOWN + 1).acts,
    ).toEqual(['advert 100'])
  })

  it('gate closed: never elects itself; opened: at once', () => {
    const node = backup(role).do({ t: 'gate', open: false, reason: 'quarantined' }, 10).timer(DOWN)
    expect(node.acts).toEqual([])
    expect(nextDeadline(node.machine)).toBeNull()
    node.do({ t: 'gate', open: true, reason: 'clean' }, 9000)
    expect(node.machine.masterDownAt).toBeCloseTo(9000 + SKEW)
    expect(node.timer(9000 + SKEW).acts).toEqual(['promote', 'advert 100'])
  })

  it('the gate starts closed', () => {
    expect(initialMachine({ ...plain, ...role }).gate.open).toBe(false)
  })

  it('never preempts, even without nopreempt', () => {
    const node = backup({ ...role, nopreempt: false }).hear(1, 1000)
    expect(node.machine.masterDownAt).toBeCloseTo(1000 + DOWN)
  })

  it('check worker dies: a holder serves on, a candidate withdraws', () => {
    const holder = master(role).do({ t: 'check', there: false }, DOWN + 50)
    expect(holder.acts).toEqual([])
    expect(holder.machine).toMatchObject({ state: 'MASTER', vip: 'held', gate: { open: false } })
    expect(
      backup(role)
        .timer(DOWN)
        .do({ t: 'check', there: false }, DOWN + 1).acts,
    ).toEqual(['advert 0', 'demote'])
  })

  it('stop of a holder: database first, then the handover', () => {
    const node = master(role).do({ t: 'stop', reason: 'SIGTERM' }, 2000)
    expect(node.acts).toEqual(['leave'])
    node.do({ t: 'leave', id: 99, holdDownMs: 0, reason: 'SIGTERM' }, 2030)
    expect(node.acts).toEqual(['advert 0', 'STOP'])
    expect(node.hear(90, 2050).acts).toEqual(['removeVip', 'advert 0', 'stopped'])
  })

  it('stop without an answer: leaves after the demotion deadline', () => {
    const node = master(role).do({ t: 'stop', reason: 'SIGTERM' }, 2000)
    for (let now = 2300; now < 4000; now += 500) node.timer(now)
    expect(node.timer(4000).acts).toEqual(['advert 0', 'demote', 'STOP'])
    expect(node.timer(4300).acts).toEqual(['removeVip', 'advert 0', 'stopped'])
  })
})
