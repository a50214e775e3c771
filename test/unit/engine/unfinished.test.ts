import { describe, expect, it } from 'vitest'
import { resumable } from '../../../src/cli/resume.ts'
import type { Planned } from '../../../src/engine/saved-plan.ts'
import { checkResumable, readRunPlan, writeRunPlan } from '../../../src/engine/unfinished.ts'
import { MmhaError } from '../../../src/events/error.ts'
import type { HostFacts } from '../../../src/hosts/host-facts.ts'
import { Secret } from '../../../src/inventory/secret.ts'
import type { HostRun, RunStep } from '../../../src/modules/run-records.ts'
import { type Step, sh } from '../../../src/modules/step.ts'
import { hostFacts, INVENTORY, M1, M2, MARIADB } from '../modules/pair-context.ts'

const ID = '20261121T120342Z-a1b2'
const PROVISION = { command: 'provision', playbook: null }

function step(host: string, id: string): Step {
  const run = sh`echo ${new Secret('hunter2')}`
  return { id, host, title: `do ${id}`, diff: '', run, undo: { none: '' }, impact: 'none', notify: [] }
}

function planned(changes: Partial<Planned> = {}, m1: Partial<HostFacts> = {}): Planned {
  return {
    steps: [step('m1', 'a'), step('m2', 'a'), step('m1', 'b')],
    facts: new Map([
      ['m1', hostFacts(M1.address, null, m1)],
      ['m2', hostFacts(M2.address, null)],
    ]),
    inventory: INVENTORY,
    source: { playbook: null, tags: ['server'], limit: [], from: null, only: [], skip: [] },
    ...changes,
  }
}

const PLAN = writeRunPlan(planned())

function ended(id: string, status: number | null, changes: Partial<RunStep> = {}): RunStep {
  const record = { id, title: id, files: [], undo: false, last: null, none: '', impact: 'none' } as const
  return { ...record, number: '0001', status, undone: false, lastDone: false, changed: [], ...changes }
}

function onHost(host: string, steps: readonly RunStep[], changes: Partial<HostRun> = {}) {
  const header = { id: ID, command: 'provision', by: 'ann@ops', started: '2026-11-21T12:03:42.000Z' }
  return { host, run: { ...header, steps, rolledBack: false, plan: PLAN, ...changes } }
}

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof MmhaError) return `${error.code} ${error.exit} ${error.message}`
    throw error
  }
  return 'not refused'
}

describe('the newest run', () => {
  it('is gone on with, as it was asked for, when something of its plan is left', () => {
    const found = resumable(ID, [onHost('m1', [ended('a', 0), ended('b', null)])], PROVISION)
    expect(found).toMatchObject({
      id: ID,
      plan: { source: { tags: ['server'] } },
      about: expect.stringContaining('ann@ops, 2026-11-21 12:03:42 UTC): 1 steps were done, 2 of its plan are left'),
    })
  })

  it.each([
    ['was done', [onHost('m1', [ended('a', 0), ended('b', 0)]), onHost('m2', [ended('a', 0)])], /was done$/],
    ['was taken back', [onHost('m1', [], { rolledBack: true })], /was rolled back$/],
  ])('that %s is not', (_what, on, said) => {
    expect(resumable(ID, on, PROVISION)).toMatch(said)
  })

  it.each([
    ['of another command', onHost('m1', [], { command: 'teardown' }), PROVISION, /^RESUME_OTHER 4 .*`mmha teardown`/],
    ['of another playbook', onHost('m1', []), { command: 'provision', playbook: 'x.yml' }, /^RESUME_OTHER 4/],
    ['without a plan', onHost('m1', [], { plan: null }), PROVISION, /^RESUME_OTHER 4/],
  ])('%s is refused', (_what, on, asked, why) => {
    expect(refusal(() => resumable(ID, [on], asked))).toMatch(why)
  })

  it('whose files somebody has changed is refused; what it changed itself is no drift', () => {
    const file = '/etc/x.cnf'
    const wrote = (id: string, status: number | null, changed: readonly string[]) =>
      ended(id, status, { files: [file], changed })
    const by = (...steps: readonly RunStep[]) => refusal(() => resumable(ID, [onHost('m1', steps)], PROVISION))
    expect(by(wrote('a', 0, [file]))).toMatch(/^RUN_DRIFT 5 .*\n {4}m1: \/etc\/x.cnf was changed by somebody/)
    expect(by(wrote('a', 0, [file]), wrote('b', 1, []))).toBe('not refused')
    expect(by(wrote('a', 0, [file]), wrote('b', 0, []))).toBe('not refused')
  })
})

describe('what a run was going to do', () => {
  const plan = readRunPlan(PLAN)
  if (plan === null) throw new Error('it is not read')
  const now = (changes: Partial<Planned> = {}, m1: Partial<HostFacts> = {}) =>
    refusal(() => checkResumable(ID, plan, planned(changes, m1)))

  it('is one line without a secret, and is read again', () => {
    expect(PLAN).not.toMatch(/hunter2|\n/)
    expect(plan.steps).toHaveLength(3)
    expect(readRunPlan('{"steps":')).toBeNull()
    expect(readRunPlan('{}')).toBeNull()
  })

  it('is gone on with after what the run did itself, and after a move of the VIP', () => {
    const nics = [{ name: 'host0', up: true, mac: '52:54:00:00:00:01', addresses: ['10.77.0.11/24', '10.77.0.100/24'] }]
    expect(now({}, { server: MARIADB, nics })).toBe('not refused')
  })

  it('is refused where the hosts or the inventory are others now', () => {
    expect(now({}, { hostname: 'elsewhere' })).toMatch(/^RUN_DRIFT 5 .*\n {4}m1: hostname was host, is elsewhere/)
    expect(now({ inventory: { ...INVENTORY, policy: 'consistency' } })).toMatch(/the inventory was changed/)
  })

  it('is refused where a server that was there is another', () => {
    const had = readRunPlan(writeRunPlan(planned({}, { server: MARIADB })))
    if (had === null) throw new Error('it is not read')
    const stopped = planned({}, { server: { ...MARIADB, running: false } })
    expect(refusal(() => checkResumable(ID, had, stopped))).toBe('not refused')
    const other = planned({}, { server: { ...MARIADB, version: '11.8.6-MariaDB' } })
    expect(refusal(() => checkResumable(ID, had, other))).toMatch(/m1: database was mariadb 10\.11/)
  })
})
