import type { Effect, HeardAdvert, VrrpEvent } from '../../../../src/keepalived/vrrp/event.ts'
import { reduce } from '../../../../src/keepalived/vrrp/machine.ts'
import { initialMachine, type Machine, type Settings } from '../../../../src/keepalived/vrrp/state.ts'
import { settings } from './simulation.ts'

/** One node, driven by hand. */
export class Node {
  machine: Machine
  effects: readonly Effect[] = []

  readonly settings: Settings

  constructor(settings: Settings, holdUntil?: number) {
    this.settings = settings
    this.machine = initialMachine(settings)
    if (holdUntil !== undefined) this.do({ t: 'start', holdUntil }, 0)
    this.do({ t: 'check', there: true }, 0)
    this.do({ t: 'link', up: true, reason: '' }, 0)
    this.do({ t: 'gate', open: true, reason: 'test' }, 0)
  }

  do(event: VrrpEvent, now: number): this {
    const result = reduce(this.settings, this.machine, event, now)
    this.machine = result.machine
    this.effects = result.effects
    return this
  }

  hear(priority: number, now: number, overrides: Partial<HeardAdvert> = {}): this {
    const advert = { priority, intervalMs: this.settings.advertMs, from: '10.0.0.2', fromHigher: false, ...overrides }
    return this.do({ t: 'advert', advert }, now)
  }

  timer(now: number): this {
    return this.do({ t: 'timer' }, now)
  }

  /** Effects in short: adverts with their priority, database messages by name; logs left out. */
  get acts(): string[] {
    return this.effects.flatMap((effect) => {
      if (effect.do === 'log') return []
      if (effect.do === 'advert') return [`advert ${effect.priority}`]
      if (effect.do === 'state') return [effect.state]
      if (effect.do === 'tell') return [effect.message.t]
      if (effect.do === 'left') return [effect.ok ? 'left' : 'not left']
      return [effect.do]
    })
  }
}

/** v3, 500 ms, priority 100: Skew_Time 304.6875, Master_Down_Interval 1804.6875. */
export const plain = settings({ priority: 100, nopreempt: false, leaseMs: 0 })
export const SKEW = 304.6875
export const DOWN = 1804.6875

export function backup(overrides: Partial<Settings> = {}): Node {
  return new Node({ ...plain, ...overrides })
}

export function master(overrides: Partial<Settings> = {}): Node {
  const node = backup(overrides)
  node.timer(node.machine.masterDownAt ?? 0)
  if (node.machine.candidacy !== null) {
    const { id } = node.machine.candidacy
    node.do({ t: 'promoted', id, ok: true, reason: '' }, DOWN)
  }
  if (node.machine.state !== 'MASTER') throw new Error('not master')
  return node
}
