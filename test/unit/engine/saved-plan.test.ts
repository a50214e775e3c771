import { describe, expect, it } from 'vitest'
import { checkDrift, drift, type Planned, parseSavedPlan, savePlan } from '../../../src/engine/saved-plan.ts'
import type { HostFacts } from '../../../src/hosts/host-facts.ts'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import { Secret } from '../../../src/inventory/secret.ts'
import { type Step, sh } from '../../../src/modules/step.ts'
import { hostFacts, INVENTORY, M1, M2, MARIADB } from '../modules/pair-context.ts'

const PASSWORD = 'hunter2'
const LONG_AGO = new Date('2026-01-01T00:00:00Z')

function step(id: string, changes: Partial<Step> = {}): Step {
  return {
    id,
    host: 'm1',
    title: `do ${id}`,
    diff: '+ x',
    run: sh`echo ${new Secret(PASSWORD)}\n`,
    undo: { none: 'a test' },
    impact: 'none',
    notify: [],
    ...changes,
  }
}

function inventory(password: string): Inventory {
  return { ...INVENTORY, vrrp: { ...INVENTORY.vrrp, authPass: new Secret(password) } }
}

function planned(changes: Partial<Planned> = {}, m1: Partial<HostFacts> = {}): Planned {
  return {
    steps: [step('a'), step('b')],
    facts: new Map([
      ['m1', hostFacts(M1.address, MARIADB, m1)],
      ['m2', hostFacts(M2.address, MARIADB)],
    ]),
    inventory: inventory(PASSWORD),
    source: { playbook: null, tags: [], limit: [], from: null, only: [], skip: [] },
    ...changes,
  }
}

const text = JSON.stringify(savePlan(planned(), LONG_AGO))
const saved = parseSavedPlan(text, 'x.plan')
const nic = (...addresses: readonly string[]): Partial<HostFacts> => ({
  nics: [{ name: 'host0', up: true, mac: '52:54:00:00:00:01', addresses }],
})

describe('a saved plan', () => {
  it('has no secret in it', () => {
    expect(text).toContain('echo ***')
    expect(text).not.toContain(PASSWORD)
  })

  it('holds as long as nothing changed, for whoever applies it', () => {
    const masters = [{ ...M1, ssh: { ...M1.ssh, user: 'other' } }, M2] as const
    expect(drift(saved, planned())).toEqual([])
    expect(drift(saved, planned({ inventory: { ...inventory(PASSWORD), file: 'elsewhere.yml', masters } }))).toEqual([])
    expect(drift(saved, planned({}, nic('10.77.0.11/24', 'fe80::1/64')))).toEqual([])
  })

  it.each<[string, Planned, string]>([
    ['a secret of the inventory', planned({ inventory: inventory('hunter3') }), 'the inventory was changed'],
    [
      'an address',
      planned({}, nic('10.77.0.12/24')),
      'm1: interface host0 was up 52:54:00:00:00:01 10.77.0.11/24, is up 52:54:00:00:00:01 10.77.0.12/24',
    ],
    ['who holds the VIP', planned({}, nic('10.77.0.11/24', '10.77.0.100/24')), 'm1: VIP was not here, is here'],
    [
      'a server that was upgraded',
      planned({}, { server: { ...MARIADB, version: '11.8.3-MariaDB' } }),
      'm1: database was mariadb 10.11.19-MariaDB running, is mariadb 11.8.3-MariaDB running',
    ],
    ['a step that is done', planned({ steps: [step('a')] }), 'm1: no longer missing: do b'],
    ['a step more', planned({ steps: [step('a'), step('b'), step('c')] }), 'm1: not in the plan: do c'],
    ['a step of another name', planned({ steps: [step('a'), step('b', { title: 'x' })] }), 'm1: planned: do b; now: x'],
    [
      'what a step runs',
      planned({ steps: [step('a', { run: sh`echo y` }), step('b')] }),
      'm1: runs something else: do a',
    ],
    [
      'what a step interrupts',
      planned({ steps: [step('a'), step('b', { impact: 'restart' })] }),
      'm1: interrupts something else: do b',
    ],
    [
      'what a step sends',
      planned({ steps: [step('a', { payload: { file: 'x', size: 1, to: '/x' } }), step('b')] }),
      'm1: sends something else: do a',
    ],
  ])('is refused after a change of %s, which it names', (_, now, expected) => {
    expect(drift(saved, now)).toEqual([expected])
    expect(() => checkDrift(saved, now)).toThrow(expect.objectContaining({ code: 'PLAN_DRIFT', exit: 5 }))
  })

  it.each<[string, string]>([
    ['{"type":"mmha plan","version":2}', 'x.plan is a plan of version 2, this mmha knows version 1'],
    ['{"type":"other","version":1}', 'x.plan is no plan of mmha'],
    ['not JSON', 'x.plan is no JSON document'],
    [text.replace('"impact":"none"', '"impact":"nil"'), 'x.plan is damaged: steps.0.impact'],
  ])('%s is refused', (wrong, expected) => {
    expect(() => parseSavedPlan(wrong, 'x.plan')).toThrow(
      expect.objectContaining({ code: 'PLAN_INVALID', exit: 4, message: expect.stringContaining(expected) }),
    )
  })
})
