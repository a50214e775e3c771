import { describe, expect, it } from 'vitest'
import type { Config } from '../../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { settingsOf } from '../../../../src/keepalived/process/instance-settings.ts'
import { keptTrackers } from '../../../../src/keepalived/process/kept-trackers.ts'
import { describeReload, reloadOf } from '../../../../src/keepalived/process/reload.ts'
import { reduce } from '../../../../src/keepalived/vrrp/machine.ts'
import { reconfigure } from '../../../../src/keepalived/vrrp/reconfigure.ts'
import { initialMachine, type Machine, type Settings } from '../../../../src/keepalived/vrrp/state.ts'

function instance(name: string, vrid: number, body = '', vips = '10.0.0.100/24'): string {
  return `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${vrid}
  version 3
  advert_int 0.5
  priority 200
  ${body}
  virtual_ipaddress {
    ${vips}
  }
}
`
}

const SCRIPT = 'vrrp_script chk {\n script "/bin/true"\n interval 1\n}\n'

function config(text: string): Config {
  return parseConfig(text, 'test.conf').config
}

function only(given: Config): Config['instances'][number] {
  const [first] = given.instances
  if (first === undefined) throw new Error('no instance')
  return first
}

describe('what a new configuration asks for', () => {
  const before = config(instance('VI_1', 51))
  const nothing = { added: [], removed: [], replaced: [], changed: [], check: false }

  it.each([
    ['the same', instance('VI_1', 51), {}],
    ['moved in the file', `! a comment\n\n${instance('VI_1', 51)}`, {}],
    ['another priority', instance('VI_1', 51).replace('200', '150'), { changed: ['VI_1'] }],
    ['another interval', instance('VI_1', 51).replace('0.5', '1'), { changed: ['VI_1'] }],
    ['nopreempt', instance('VI_1', 51, 'nopreempt'), { changed: ['VI_1'] }],
    ['one address more', instance('VI_1', 51, '', '10.0.0.100/24\n10.0.0.101/24'), { changed: ['VI_1'], check: true }],
    [
      'a virtual server at its address',
      `${instance('VI_1', 51)}virtual_server 10.0.0.100 80 {\n real_server 127.0.0.1 80 {\n TCP_CHECK {\n }\n }\n}\n`,
      { changed: ['VI_1'], check: true },
    ],
    [
      'one at another',
      `${instance('VI_1', 51)}virtual_server 10.0.0.99 80 {\n real_server 127.0.0.1 80 {\n TCP_CHECK {\n }\n }\n}\n`,
      { check: true },
    ],
    ['another notify script', instance('VI_1', 51, 'notify_master "/bin/true"'), { check: true }],
    ['another VRID', instance('VI_1', 52), { replaced: ['VI_1'], check: true }],
    ['a second instance', instance('VI_1', 51) + instance('VI_2', 52), { added: ['VI_2'], check: true }],
    ['another name', instance('VI_9', 51), { added: ['VI_9'], removed: ['VI_1'], check: true }],
    ['a script tracked', SCRIPT + instance('VI_1', 51, 'track_script {\nchk\n}'), { changed: ['VI_1'], check: true }],
  ])('%s', (_, text, wanted) => {
    expect(reloadOf(before, config(text))).toEqual({ ...nothing, ...wanted })
  })

  it('is said in one line', () => {
    const after = config(instance('VI_1', 51, 'nopreempt') + instance('VI_2', 52))
    expect(describeReload(reloadOf(before, after))).toBe('added VI_2; changed VI_1; checks and notification start anew')
    expect(describeReload(nothing)).toBe('')
  })
})

describe('the same virtual router under other settings', () => {
  const base = settingsOf(
    config(instance('VI_1', 51, 'vip_lease 1')),
    only(config(instance('VI_1', 51, 'vip_lease 1'))),
  )

  /** Runs a machine until it is master at 2000 ms. */
  function master(settings: Settings): Machine {
    let machine = initialMachine(settings)
    for (const [event, at] of [
      [{ t: 'start' }, 0],
      [{ t: 'link', up: true, reason: '' }, 0],
      [{ t: 'timer' }, 2000],
    ] as const) {
      machine = reduce(settings, machine, event, at).machine
    }
    expect(machine.state).toBe('MASTER')
    return machine
  }

  function become(machine: Machine, after: Settings, addressesDiffer = false, now = 2400) {
    return reconfigure({ before: base, after, keeps: () => true, addressesDiffer }, machine, now)
  }

  it('an unchanged holder does nothing', () => {
    const before = master(base)
    expect(become(before, base)).toEqual({ machine: before, effects: [] })
  })

  it('another priority is told to the peers at once, and nothing else happens', () => {
    const { machine, effects } = become(master(base), { ...base, priority: 150 })
    expect(machine).toMatchObject({ state: 'MASTER', vip: 'held' })
    expect(effects.map((effect) => effect.do)).toEqual(['log', 'advert'])
  })

  it('another list of addresses: added and announced, the state stays', () => {
    const { machine, effects } = become(master(base), base, true)
    expect(machine).toMatchObject({ state: 'MASTER', vip: 'held' })
    expect(effects.map((effect) => effect.do)).toEqual(['addVip', 'garp', 'advert'])
  })

  it('a shorter interval does not make a suspect of the holder', () => {
    const after = { ...base, advertMs: 100 }
    const { machine } = become(master(base), after)
    expect(reduce(after, machine, { t: 'timer' }, 2500).machine.state).toBe('MASTER')
    expect(machine.advertAt).toBe(2500)
  })

  it('a backup’s running timer moves by the difference, as the skew of another priority', () => {
    let machine = initialMachine(base)
    for (const event of [{ t: 'start' }, { t: 'link', up: true, reason: '' }] as const) {
      machine = reduce(base, machine, event, 0).machine
    }
    const before = machine.masterDownAt ?? Number.NaN
    const after = become(machine, { ...base, priority: 100 }).machine.masterDownAt ?? Number.NaN
    expect(after - before).toBeCloseTo(((200 - 100) * 500) / 256)
  })

  it('what is tracked no longer makes no FAULT any more', () => {
    const tracked = config(SCRIPT + instance('VI_1', 51, 'track_script {\nchk\n}'))
    const settings = settingsOf(tracked, only(tracked))
    let machine = initialMachine(settings)
    for (const event of [
      { t: 'start' },
      { t: 'link', up: true, reason: '' },
      { t: 'track', tracker: 'chk', up: false, weight: null, reason: 'exit code 1' },
    ] as const) {
      machine = reduce(settings, machine, event, 0).machine
    }
    expect(machine.state).toBe('FAULT')
    const plain = config(instance('VI_1', 51))
    const change = { before: settings, after: settingsOf(plain, only(plain)), addressesDiffer: false }
    const next = reconfigure({ ...change, keeps: keptTrackers(plain, only(plain)) }, machine, 100).machine
    expect(reduce(change.after, next, { t: 'link', up: true, reason: '' }, 100).machine.state).toBe('BACKUP')
  })
})
