import { describe, expect, it } from 'vitest'
import type { VrrpEvent } from '../../../../src/keepalived/vrrp/event.ts'
import { reduce } from '../../../../src/keepalived/vrrp/machine.ts'
import { initialMachine, type Machine } from '../../../../src/keepalived/vrrp/state.ts'
import { masterDownMs } from '../../../../src/keepalived/vrrp/timing.ts'
import { ROLE, settings } from './simulation.ts'

const SETTINGS = settings({ priority: 253, advertMs: 500, leaseMs: 1000, role: ROLE })
const DOWN = masterDownMs(SETTINGS, 253, 500)

/** A backup with an open gate that has heard the holder's advert at 0; time is moved by hand, timers run when they are due. */
class Backup {
  machine: Machine
  now = 0
  readonly acts: string[] = []

  constructor() {
    this.machine = initialMachine(SETTINGS)
    this.do({ t: 'check', there: true })
    this.do({ t: 'link', up: true, reason: '' })
    this.do({ t: 'gate', open: true, reason: '' })
    this.advert(254)
  }

  do(event: VrrpEvent): void {
    const { machine, effects } = reduce(SETTINGS, this.machine, event, this.now)
    this.machine = machine
    for (const effect of effects) {
      if (effect.do === 'tell') this.acts.push(effect.message.t)
      if (effect.do === 'log' && effect.level === 'warn') this.acts.push('warns')
    }
  }

  advert(priority: number): void {
    this.do({ t: 'advert', advert: { priority, intervalMs: 500, from: '10.0.0.1', fromHigher: false } })
  }

  beat(priority: number): void {
    this.do({ t: 'beat', priority })
  }

  /** With a beat every 500 ms from `from` on, until `to`; null: none. */
  pass(to: number, from: number | null = null): void {
    let next = from ?? Number.POSITIVE_INFINITY
    for (;;) {
      const timer = this.machine.masterDownAt ?? Number.POSITIVE_INFINITY
      const at = Math.min(timer, next)
      if (at > to) break
      this.now = at
      if (at === next) {
        this.beat(254)
        next += 500
      } else this.do({ t: 'timer' })
      if (this.machine.candidacy !== null) return
    }
    this.now = to
  }
}

describe('a second opinion before a silent takeover', () => {
  it('without a line beside VRRP: a takeover at Master_Down', () => {
    const node = new Backup()
    node.pass(10_000)
    expect(node.acts).toEqual(['promote'])
    expect(node.now).toBe(DOWN)
  })

  it('the holder lives and only its adverts are lost: no takeover, said once', () => {
    const node = new Backup()
    node.pass(60_000, 2)
    expect(node.acts).toEqual(['warns'])
    expect(node.machine.state).toBe('BACKUP')
  })

  it('the holder falls silent everywhere: the takeover waits for nothing, though beats came until the end', () => {
    const node = new Backup()
    // As it is while all is well: a beat behind each advert.
    for (const at of [500, 1000, 1500]) {
      node.now = at
      node.advert(254)
      node.now = at + 40
      node.beat(254)
    }
    node.pass(10_000)
    expect(node.acts).toEqual(['promote'])
    expect(node.now).toBe(1500 + DOWN)
  })

  it('it dies after its adverts had been lost: Master_Down from its last word, and its lease is waited for', () => {
    const node = new Backup()
    node.pass(5_000, 2)
    const last = node.machine.beatAt ?? 0
    node.pass(20_000)
    expect(node.acts).toEqual(['warns', 'promote'])
    expect(node.now).toBeLessThanOrEqual(last + DOWN)
    expect(node.machine.holderHeardAt).toBe(last)
  })

  it('a farewell by advert is believed at once, whatever came over TCP before or comes late', () => {
    const node = new Backup()
    node.now = 500
    node.advert(254)
    node.beat(254)
    node.now = 600
    node.advert(0)
    node.now = 601
    node.beat(254)
    node.beat(0)
    node.pass(10_000)
    expect(node.acts).toEqual(['promote'])
    expect(node.now).toBeLessThan(650)
  })

  it('a farewell that only TCP could carry is believed, too', () => {
    const node = new Backup()
    node.pass(4_000, 2)
    node.beat(0)
    node.pass(10_000)
    expect(node.acts).toEqual(['warns', 'promote'])
    expect(node.now).toBeLessThan(4_050)
  })

  it('adverts come again, and are lost again: said again', () => {
    const node = new Backup()
    node.pass(4_000, 2)
    node.advert(254)
    node.pass(8_000, 4_100)
    expect(node.acts).toEqual(['warns', 'warns'])
  })

  it('a master is told nothing by beats', () => {
    const node = new Backup()
    node.pass(10_000)
    node.do({ t: 'promoted', id: node.machine.candidacy?.id ?? 0, ok: true, reason: '' })
    expect(node.machine.state).toBe('MASTER')
    node.beat(254)
    node.beat(0)
    expect(node.machine.state).toBe('MASTER')
  })
})
