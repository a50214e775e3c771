import { describe, expect, it } from 'vitest'
import { nextDeadline, suspectAfterMs } from '../../../../src/keepalived/vrrp/timing.ts'
import { backup, DOWN, master, Node, plain, SKEW } from './node.ts'
import { settings } from './simulation.ts'

const track = (up: boolean, weight: number | null, reverse = false) =>
  ({ t: 'track', tracker: 'chk', up, weight, reverse, reason: 'test' }) as const

describe('elections, as keepalived lets them be set', () => {
  it('higher_prio_send_advert: one more advert before yielding', () => {
    const node = master({ higherPrioSendAdvert: true }).hear(101, DOWN + 10)
    expect(node.acts).toEqual(['advert 100', 'removeVip', 'BACKUP'])
  })

  it('lower_prio_no_advert: a lower master is not answered, but the switches are told', () => {
    const node = master({ lowerPrioNoAdvert: true }).hear(99, DOWN + 10)
    expect(node.acts).toEqual(['garp'])
    expect(node.machine.advertAt).toBeCloseTo(DOWN + 500)
  })

  it.each([
    [1, 500 + SKEW],
    [3, DOWN],
    [10, 5000 + SKEW],
  ])('down_timer_adverts %i', (downTimerAdverts, down) => {
    expect(backup({ downTimerAdverts }).machine.masterDownAt).toBeCloseTo(down)
  })

  it.each([1, 2, 3, 100])('a master with down_timer_adverts %i that sends in time does not suspect itself', (count) => {
    const set = settings({ downTimerAdverts: count })
    expect(suspectAfterMs(set)).toBeGreaterThan(set.advertMs)
  })

  it('vrrp_owner_ignore_adverts: an owner hears nobody', () => {
    const deaf = new Node({ ...plain, priority: 255, ownerIgnoreAdverts: true }).hear(255, 10, { fromHigher: true })
    expect(deaf.acts).toEqual([])
    const hearing = new Node({ ...plain, priority: 255 }).hear(255, 10, { fromHigher: true })
    expect(hearing.machine.state).toBe('BACKUP')
  })

  it('a delayed start: nothing is sent, heard or elected before', () => {
    const node = new Node(plain, 2000)
    expect(node.machine.state).toBe('INIT')
    expect(nextDeadline(node.machine)).toBe(2000)
    expect(node.hear(50, 1000).acts).toEqual([])
    expect(node.timer(2000).acts).toEqual(['BACKUP'])
    expect(node.machine.masterDownAt).toBeCloseTo(2000 + DOWN)
  })

  it('a delayed start of an owner', () => {
    const node = new Node({ ...plain, priority: 255 }, 2000)
    expect(node.machine.state).toBe('INIT')
    expect(node.timer(2000).acts).toEqual(['MASTER', 'addVip', 'garp', 'advert 255'])
  })

  it('a fault during a delayed start is a fault at once', () => {
    const node = new Node(plain, 2000).do(track(false, null), 100)
    expect(node.acts).toEqual(['FAULT'])
    node.do(track(true, null), 200)
    expect(node.acts).toEqual([])
    expect(node.machine.state).toBe('FAULT')
    expect(node.timer(2000).acts).toEqual(['BACKUP'])
  })

  it('preempt_delay begins anew after a master that ranks higher was heard', () => {
    const node = backup({ preemptDelayMs: 3000 }).hear(50, 1000).hear(200, 2000).hear(50, 2500)
    expect(node.hear(50, 5400).machine.masterDownAt).toBeCloseTo(5400 + DOWN)
    expect(node.hear(50, 5600).machine.masterDownAt).toBeCloseTo(5400 + DOWN)
  })
})

describe('priority at run time', () => {
  it.each([
    ['positive, up', 30, true, false, 130],
    ['positive, down', 30, false, false, 100],
    ['negative, up', -30, true, false, 100],
    ['negative, down', -30, false, false, 70],
    ['positive, up, reversed', 30, true, true, 70],
    ['positive, down, reversed', 30, false, true, 100],
    ['negative, up, reversed', -30, true, true, 100],
    ['negative, down, reversed', -30, false, true, 130],
  ])('a weight %s', (_, weight, up, reverse, priority) => {
    const node = master().do(track(up, weight, reverse), DOWN + 10)
    expect(node.timer(DOWN + 500).acts).toEqual([`advert ${priority}`])
  })

  it('weight 0, reversed: up is the fault', () => {
    expect(master().do(track(true, null, true), DOWN + 10).machine.state).toBe('FAULT')
    expect(master().do(track(false, null, true), DOWN + 10).machine.state).toBe('MASTER')
  })

  it('moves the skew of a running timer', () => {
    const node = backup().do(track(true, 100), 100)
    expect(node.machine.masterDownAt).toBeCloseTo(1500 + (56 / 256) * 500)
  })

  it('notify_priority_changes tells of each', () => {
    const node = master({ notifyPriorityChanges: true }).do(track(false, -30), DOWN + 10)
    expect(node.effects).toContainEqual({
      do: 'tell',
      message: { t: 'priority', instance: 'VI_1', state: 'MASTER', priority: 70 },
    })
    expect(master().do(track(false, -30), DOWN + 10).acts).toEqual([])
  })

  it('a master that falls below its backup is preempted by it', () => {
    const low = master().do(track(false, -30), DOWN + 10)
    const high = backup({ priority: 90 }).hear(100, 1000)
    low.timer(DOWN + 500)
    expect(low.acts).toEqual(['advert 70'])
    high.hear(70, 1500)
    expect(high.machine.masterDownAt).toBeCloseTo(1000 + 1500 + (166 / 256) * 500)
  })
})
