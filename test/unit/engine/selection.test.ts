import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { planAll, stepsOf } from '../../../src/engine/plan.ts'
import type { Play } from '../../../src/engine/play.ts'
import { checkStepNames, checkTogether, oneByOne, type Selection, select } from '../../../src/engine/selection.ts'
import type { Survey } from '../../../src/engine/survey.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import type { Module, PlanContext } from '../../../src/modules/module.ts'
import { type Step, sh } from '../../../src/modules/step.ts'
import { playbookFrom } from '../../../src/playbook/load.ts'
import { hostFacts, INVENTORY, M1, M2 } from '../modules/pair-context.ts'

/** Two steps on each host, always missing; the first may be one that both hosts must do together. */
const both: Module<{ together: boolean }, null> = {
  name: 'both',
  params: z.strictObject({ together: z.boolean().default(false) }),
  probe: () => ':',
  parse: () => null,
  plan: ({ together }, { host, taskId }: PlanContext<null>) =>
    ['file', 'restart'].map(
      (part): Step => ({
        id: `${taskId}/${part}`,
        host: host.name,
        title: part,
        diff: '',
        run: sh`:`,
        undo: { none: 'a test' },
        impact: 'none',
        notify: [],
        ...(together && part === 'file' ? { together: true } : {}),
      }),
    ),
}

function plays(text: string): Play[] {
  return playbookFrom(parseSource(text, 'p.yml'), { modules: { both: both as Module<unknown, unknown> }, tags: [] })
}

const THREE = plays(`
- name: Server
  hosts: masters
  tasks:
    - { name: package, both: {} }
    - { name: settings, both: {}, notify: again }
  handlers:
    - { name: again, both: {} }
- name: Firewall
  hosts: m2
  tasks:
    - { name: rules, both: {} }
- name: Daemon
  hosts: masters
  tasks:
    - { name: package, both: {} }
    - { name: daemon config, both: {} }
`)

const FOUND: Survey = {
  facts: new Map([
    ['m1', hostFacts(M1.address, null)],
    ['m2', hostFacts(M2.address, null)],
  ]),
  probed: new Map(),
}

function all(changes: Partial<Selection>): Selection {
  return { limit: [], from: null, only: [], skip: [], ...changes }
}

/** `m1 server/package/file` and the like, of what is left. */
function left(changes: Partial<Selection>): string[] {
  const selected = select(THREE, all(changes), INVENTORY)
  return stepsOf(planAll(selected, INVENTORY, FOUND)).map(({ host, id }) => `${host} ${id}`)
}

const everything = left({})
const of = (...patterns: readonly string[]) =>
  everything.filter((step) => patterns.some((pattern) => step.includes(pattern)))

describe('a selection', () => {
  it.each<[string, Partial<Selection>, string]>([
    ['what is left out again', { only: ['firewall'], skip: ['firewall'] }, '--only firewall --skip firewall'],
    ['what comes before', { only: ['firewall'], from: 'daemon' }, '--from daemon --only firewall'],
    ['what is of the other host', { only: ['firewall'], limit: ['m1'] }, '--limit m1 --only firewall'],
  ])('of nothing is refused: %s', (_, changes, said) => {
    expect(() => left(changes)).toThrow(
      expect.objectContaining({
        code: 'NOTHING_SELECTED',
        exit: 4,
        message: `the options leave no task to run: ${said}`,
      }),
    )
  })

  it.each<[string, Partial<Selection>, string[]]>([
    ['all', {}, everything],
    ['one host', { limit: ['m2'] }, of('m2 ')],
    ['one play', { only: ['firewall'] }, of('firewall/')],
    ['a task, with the handler that it notifies', { only: ['server/settings'] }, of('server/settings', 'server/again')],
    ['a task by its own name', { only: ['rules', 'daemon-config'] }, of('firewall/rules', 'daemon/daemon-config')],
    ['a step', { only: ['server/settings/file'] }, of('server/settings/file')],
    [
      'a step and a task of one play',
      { only: ['server/package/restart', 'server/settings'] },
      of('server/package/restart', 'server/settings', 'server/again'),
    ],
    ['what comes from a play on', { from: 'firewall' }, of('firewall/', 'daemon/')],
    [
      'what comes from a task on',
      { from: 'server/settings' },
      everything.filter((id) => !id.includes('server/package')),
    ],
    [
      'all but a play and a step',
      { skip: ['server', 'daemon/package/file'] },
      of('firewall/', 'daemon/package/restart', 'daemon/daemon'),
    ],
    ['less and less', { from: 'firewall', skip: ['daemon/package'], limit: ['m1'] }, of('m1 daemon/daemon-config')],
  ])('of %s', (_, changes, expected) => {
    expect(left(changes)).toEqual(expected)
    expect(expected.length).toBeGreaterThan(0)
  })

  it.each<[string, Partial<Selection>, string]>([
    ['a host', { limit: ['m3'] }, 'did you mean m1? there are: m1, m2'],
    ['a play', { only: ['firewal'] }, 'did you mean firewall?'],
    ['a task', { skip: ['daemon-confg'] }, 'did you mean daemon/daemon-config?'],
    ['a task that two plays have', { skip: ['package'] }, 'did you mean server/package or daemon/package?'],
    ['a place to begin at', { from: 'server/setings' }, 'did you mean server/settings?'],
    ['something else', { only: ['zzzzzzzz'] }, 'there are: server, firewall, daemon, server/package'],
  ])('that names %s wrong is refused, and says what there is', (_, changes, hint) => {
    expect(() => select(THREE, all(changes), INVENTORY)).toThrow(
      expect.objectContaining({ exit: 4, hint: expect.stringContaining(hint) }),
    )
  })

  it('that names a step wrong is refused once the steps are known', () => {
    const check = (name: string) => () => {
      const selection = all({ skip: [name] })
      select(THREE, selection, INVENTORY)
      checkStepNames(THREE, selection, INVENTORY, FOUND)
    }
    expect(check('server/settings/restart')).not.toThrow()
    expect(check('server/settings/restrat')).toThrow(
      expect.objectContaining({
        code: 'STEP_UNKNOWN',
        hint: expect.stringContaining('did you mean server/settings/restart?'),
      }),
    )
  })

  it('does not split what both hosts must do together', () => {
    const pair = plays('[{ name: P, hosts: masters, tasks: [{ name: t, both: { together: true } }] }]')
    const plan = (changes: Partial<Selection>) => planAll(select(pair, all(changes), INVENTORY), INVENTORY, FOUND)
    expect(() => checkTogether(plan({}))).not.toThrow()
    expect(() => checkTogether(plan({ limit: ['m1'], skip: ['p/t/file'] }))).not.toThrow()
    expect(() => checkTogether(plan({ limit: ['m1'] }))).toThrow(
      expect.objectContaining({ code: 'HALF_A_CHANGE', exit: 5, where: 'p/t/file' }),
    )
  })
})

describe('one step after the other', () => {
  const steps = stepsOf(planAll(select(THREE, all({ only: ['server/package'] }), INVENTORY), INVENTORY, FOUND))
  const asked = (serial: boolean) =>
    oneByOne(steps, [M2, M1], serial).map((group) => group.map(({ host, id }) => `${host} ${id.split('/').at(-1)}`))

  it('is one for both hosts', () => {
    expect(asked(false)).toEqual([
      ['m1 file', 'm2 file'],
      ['m1 restart', 'm2 restart'],
    ])
  })

  it('is one host’s turn after the other where the play is serial', () => {
    expect(asked(true)).toEqual([['m2 file'], ['m2 restart'], ['m1 file'], ['m1 restart']])
  })
})
