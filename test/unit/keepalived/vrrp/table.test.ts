import { describe, expect, it } from 'vitest'
import type { VrrpEvent } from '../../../../src/keepalived/vrrp/event.ts'
import { nextDeadline } from '../../../../src/keepalived/vrrp/timing.ts'
import { backup, DOWN, master, Node, plain, SKEW } from './node.ts'

/**
 * RFC 9568 6.4 as a table: for each state and each event what is done, the next state, and when the next timer runs out
 * (ms after the event; null: none). Version 3, 500 ms, priority 100, preempting. keepalived's FAULT and our STOP are
 * states of their own here; in the RFC both are Initialize.
 */
const STATES = {
  INIT: () => new Node({ ...plain, awaitedTrackers: ['chk'] }),
  BACKUP: () => backup(),
  MASTER: () => master(),
  FAULT: () => backup().do({ t: 'link', up: false, reason: 'down' }, 0),
  STOP: () => backup().do({ t: 'stop', reason: 'SIGTERM' }, 0),
} as const

/** All events happen at this moment, before the machine's own timer would run out. */
const AT: Readonly<Record<keyof typeof STATES, number>> = {
  INIT: 100,
  BACKUP: 100,
  MASTER: DOWN + 100,
  FAULT: 100,
  STOP: 100,
}

type Row = readonly [acts: readonly string[], next: keyof typeof STATES, timer: number | null]
const advert = (priority: number, fromHigher = false): VrrpEvent => ({
  t: 'advert',
  advert: { priority, intervalMs: 500, from: '10.0.0.2', fromHigher },
})
const EVENTS: Readonly<Record<string, VrrpEvent>> = {
  'priority 0': advert(0),
  'lower priority': advert(99),
  'same priority, lower address': advert(100, false),
  'same priority, higher address': advert(100, true),
  'higher priority': advert(101),
  'a timer before its time': { t: 'timer' },
  shutdown: { t: 'stop', reason: 'SIGTERM' },
  'link lost': { t: 'link', up: false, reason: 'down' },
  'link there': { t: 'link', up: true, reason: '' },
}
const nothing = (state: keyof typeof STATES, timer: number | null): Row => [[], state, timer]

const TABLE: Readonly<Record<keyof typeof STATES, Readonly<Record<string, Row>>>> = {
  INIT: {
    'priority 0': nothing('INIT', null),
    'lower priority': nothing('INIT', null),
    'same priority, lower address': nothing('INIT', null),
    'same priority, higher address': nothing('INIT', null),
    'higher priority': nothing('INIT', null),
    'a timer before its time': nothing('INIT', null),
    shutdown: [['STOP', 'stopped'], 'STOP', null],
    'link lost': [['FAULT'], 'FAULT', null],
    'link there': nothing('INIT', null),
  },
  BACKUP: {
    'priority 0': nothing('BACKUP', SKEW),
    // Discarded: the timer that runs is the one of the start.
    'lower priority': nothing('BACKUP', DOWN - 100),
    'same priority, lower address': nothing('BACKUP', DOWN),
    'same priority, higher address': nothing('BACKUP', DOWN),
    'higher priority': nothing('BACKUP', DOWN),
    'a timer before its time': nothing('BACKUP', DOWN - 100),
    shutdown: [['STOP', 'stopped'], 'STOP', null],
    'link lost': [['FAULT'], 'FAULT', null],
    'link there': nothing('BACKUP', DOWN - 100),
  },
  MASTER: {
    'priority 0': [['advert 100'], 'MASTER', 500],
    'lower priority': [['addVip', 'garp', 'advert 100'], 'MASTER', 500],
    'same priority, lower address': [['addVip', 'garp', 'advert 100'], 'MASTER', 500],
    'same priority, higher address': [['removeVip', 'BACKUP'], 'BACKUP', DOWN],
    'higher priority': [['removeVip', 'BACKUP'], 'BACKUP', DOWN],
    'a timer before its time': nothing('MASTER', 400),
    shutdown: [['advert 0', 'removeVip', 'STOP', 'stopped'], 'STOP', null],
    'link lost': [['advert 0', 'removeVip', 'FAULT'], 'FAULT', null],
    'link there': nothing('MASTER', 400),
  },
  FAULT: {
    'priority 0': nothing('FAULT', null),
    'lower priority': nothing('FAULT', null),
    'same priority, lower address': nothing('FAULT', null),
    'same priority, higher address': nothing('FAULT', null),
    'higher priority': nothing('FAULT', null),
    'a timer before its time': nothing('FAULT', null),
    shutdown: [['STOP', 'stopped'], 'STOP', null],
    'link lost': nothing('FAULT', null),
    'link there': [['BACKUP'], 'BACKUP', DOWN],
  },
  STOP: {
    'priority 0': nothing('STOP', null),
    'lower priority': nothing('STOP', null),
    'same priority, lower address': nothing('STOP', null),
    'same priority, higher address': nothing('STOP', null),
    'higher priority': nothing('STOP', null),
    'a timer before its time': nothing('STOP', null),
    shutdown: nothing('STOP', null),
    'link lost': nothing('STOP', null),
    'link there': nothing('STOP', null),
  },
}

const STATE_NAMES = ['INIT', 'BACKUP', 'MASTER', 'FAULT', 'STOP'] as const

describe.each(STATE_NAMES)('in %s', (state) => {
  it.each(Object.keys(EVENTS))('%s', (name) => {
    const [acts, next, timer] = TABLE[state][name] ?? nothing('INIT', Number.NaN)
    const node = STATES[state]()
    expect(node.machine.state).toBe(state)
    const event = EVENTS[name]
    if (event !== undefined) node.do(event, AT[state])
    expect(node.acts).toEqual(acts)
    expect(node.machine.state).toBe(next)
    // Gratuitous ARP again is keepalived's, and tested apart.
    const deadline = nextDeadline({ ...node.machine, garpAt: null })
    if (timer === null) expect(deadline).toBeNull()
    else expect((deadline ?? Number.NaN) - AT[state]).toBeCloseTo(timer)
  })
})
