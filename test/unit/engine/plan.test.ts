import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkGate } from '../../../src/engine/gate.ts'
import { checkHosts } from '../../../src/engine/host-checks.ts'
import { planAll, planTasks, stepsOf } from '../../../src/engine/plan.ts'
import { planText } from '../../../src/engine/plan-text.ts'
import type { Play } from '../../../src/engine/play.ts'
import { summaryLine } from '../../../src/engine/result.ts'
import type { Survey } from '../../../src/engine/survey.ts'
import { MmhaError } from '../../../src/events/error.ts'
import { spokenIn } from '../../../src/events/spoken.ts'
import type { HostFacts } from '../../../src/hosts/host-facts.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import { Secret } from '../../../src/inventory/secret.ts'
import type { Module, PlanContext } from '../../../src/modules/module.ts'
import { type Impact, sh } from '../../../src/modules/step.ts'
import { playbookFrom } from '../../../src/playbook/load.ts'
import { hostFacts, INVENTORY, M1, M2 } from '../modules/pair-context.ts'

/** A module for these tests: a step for each host whose number isn't the wanted one. */
const counter: Module<{ want: number; impact: Impact }, number> = {
  name: 'counter',
  params: z.strictObject({
    want: z.number(),
    impact: z.enum(['none', 'reload', 'restart', 'vip-moves']).default('none'),
  }),
  probe: () => 'cat /counter',
  parse: Number,
  plan: ({ want, impact }, { mine, theirs, host, taskId }: PlanContext<number>) =>
    mine === want
      ? []
      : [
          {
            id: taskId,
            host: host.name,
            title: `${mine} → ${want} (peer ${theirs})`,
            diff: `- ${mine}\n+ ${want}`,
            run: sh`:`,
            undo: { none: 'a test' },
            impact,
            notify: [],
          },
        ],
}

function plays(text: string): Play[] {
  return playbookFrom(parseSource(text, 'p.yml'), {
    modules: { counter: counter as unknown as Module<unknown, unknown> },
    tags: [],
  })
}

function found(
  counts: Readonly<Record<string, readonly [number, number]>>,
  facts: Partial<Record<'m1' | 'm2', Partial<HostFacts>>> = {},
): Survey {
  const probed = (i: 0 | 1) => new Map(Object.entries(counts).map(([task, pair]) => [task, pair[i]]))
  return {
    facts: new Map([
      ['m1', hostFacts(M1.address, null, facts.m1)],
      ['m2', hostFacts(M2.address, null, facts.m2)],
    ]),
    probed: new Map([
      ['m1', probed(0)],
      ['m2', probed(1)],
    ]),
  }
}

const TWO = plays(`
- name: First
  hosts: masters
  tasks:
    - { name: a, counter: { want: 1 }, notify: restart }
    - { name: b, counter: { want: 2 }, when: "host.name == 'm2'" }
  handlers:
    - { name: restart, counter: { want: 9, impact: restart } }
- name: Second
  hosts: m1
  tasks:
    - { name: c, counter: { want: 3 } }
`)

/** Nothing is missing. */
const DONE = {
  'first/a': [1, 1],
  'first/b': [2, 2],
  'first/restart': [9, 9],
  'second/c': [3, 3],
} as const

const vipOn = (address: string): Partial<HostFacts> => ({
  nics: [{ name: 'host0', up: true, mac: '', addresses: [`${address}/24`, '10.77.0.100/24'] }],
})

function refusal(work: () => unknown): MmhaError {
  try {
    work()
  } catch (error) {
    if (error instanceof MmhaError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('a plan', () => {
  it('has the steps of each host, with its own facts and its peer’s', () => {
    const plan = planAll(
      TWO,
      INVENTORY,
      found({ 'first/a': [0, 1], 'first/b': [0, 0], 'first/restart': [9, 9], 'second/c': [4, 5] }),
    )
    expect(stepsOf(plan).map(({ host, id, title, notify }) => [host, id, title, notify])).toEqual([
      ['m1', 'first/a', '0 → 1 (peer 1)', ['restart']],
      ['m2', 'first/b', '0 → 2 (peer 0)', []],
      ['m1', 'second/c', '4 → 3 (peer 5)', []],
    ])
  })

  it('counts a task whose when is false as skipped', () => {
    const [first] = planAll(
      TWO,
      INVENTORY,
      found({ 'first/a': [1, 1], 'first/b': [0, 2], 'first/restart': [9, 9], 'second/c': [3, 3] }),
    )
    expect(first?.tasks.map(({ task, host, skipped, steps }) => [host.name, task.name, skipped, steps.length])).toEqual(
      [
        ['m1', 'a', false, 0],
        ['m1', 'b', true, 0],
        ['m1', 'restart', false, 0],
        ['m2', 'a', false, 0],
        ['m2', 'b', false, 0],
        ['m2', 'restart', false, 0],
      ],
    )
  })

  it('finds a restart that a run which died has left behind, though nothing notifies it', () => {
    const plan = planAll(
      TWO,
      INVENTORY,
      found({ 'first/a': [1, 1], 'first/b': [2, 2], 'first/restart': [9, 0], 'second/c': [3, 3] }),
    )
    expect(stepsOf(plan)).toMatchObject([{ host: 'm2', id: 'first/restart', impact: 'restart' }])
  })

  it('is read by people: in the order of the plays, what hosts do alike once', () => {
    const plan = planAll(
      TWO,
      INVENTORY,
      found({ 'first/a': [0, 0], 'first/b': [2, 2], 'first/restart': [9, 0], 'second/c': [4, 4] }),
    )
    expect(planText(plan, { color: false, detail: 'whole' })).toBe(`First
  m1, m2: 0 → 1 (peer 0)
      - 0
      + 1
      then, if needed: restart
  m2: 0 → 9 (peer 9)  [restart]
      - 0
      + 9
Second
  m1: 4 → 3 (peer 4)
      - 4
      + 3

m1: 2 changes  m2: 2 changes (1 restart)
`)
    expect(planText(plan, { color: true, detail: 'whole' })).toContain('\u001b[32m+ 1\u001b[39m')
    expect(planText([], { color: false, detail: 'whole' })).toBe('')
  })

  it('explains itself: ids, scripts with their secrets masked, what can’t be taken back', () => {
    const plan = planAll(TWO, INVENTORY, found({ ...DONE, 'first/a': [0, 1] }))
    const run = sh`sql <<'X'\nSET PASSWORD='${new Secret('hunter2')}'\nX\n`
    const told = plan.map((one) => ({
      ...one,
      tasks: one.tasks.map((task) => ({ ...task, steps: task.steps.map((step) => ({ ...step, run })) })),
    }))
    const text = planText(told, { color: false, detail: 'whole', explain: true })
    expect(text).toContain(`      step first/a
      runs as root
        | sql <<'X'
        | SET PASSWORD='***'
        | X
      can't be taken back: a test
`)
  })

  it('says of new files, and in a short plan of every long diff, only how long they are', () => {
    const plan = planAll(TWO, INVENTORY, found({ ...DONE, 'first/a': [0, 1] }))
    const shown = (diff: string, detail: 'whole' | 'changes' | 'short') => {
      const changed = plan.map((one) => ({
        ...one,
        tasks: one.tasks.map((task) => ({ ...task, steps: task.steps.map((step) => ({ ...step, diff })) })),
      }))
      return planText(changed, { color: false, detail }).split('\n').slice(2, -4)
    }
    const file = '--- /dev/null\n+++ /etc/x\n@@ -0,0 +1,4 @@\n+1\n+2\n+3\n++4\n'
    expect(shown(file, 'whole')).toHaveLength(7)
    expect(shown(file, 'changes')).toEqual(['      + 4 lines'])
    expect(shown(file, 'short')).toEqual(['      + 4 lines'])
    const change = '--- /etc/x\n+++ /etc/x\n@@ -1 +1 @@\n-1\n+2'
    expect(shown(change, 'changes')).toHaveLength(5)
    expect(shown(change, 'short')).toEqual(['      ~ 5 lines'])
    expect(shown('- 1\n+ 2', 'short')).toEqual(['      - 1', '      + 2'])
  })
})

describe('a restart', () => {
  const restart = (facts: Parameters<typeof found>[1]) => {
    const survey = found({ 'first/a': [1, 1], 'first/b': [2, 2], 'first/restart': [0, 0], 'second/c': [3, 3] }, facts)
    const [first] = TWO
    if (first === undefined) throw new Error('no play')
    return { steps: stepsOf([planTasks(first, first.handlers, INVENTORY, survey)]), survey }
  }

  it('of the holder of the VIP needs leave', () => {
    const { steps, survey } = restart({ m2: vipOn(M2.address) })
    expect(refusal(() => checkGate(steps, INVENTORY, survey, { allowRestart: false, applied: 0 }))).toMatchObject({
      code: 'RESTART_ON_HOLDER',
      exit: 5,
      host: 'm2',
    })
    expect(() => checkGate(steps, INVENTORY, survey, { allowRestart: true, applied: 0 })).not.toThrow()
  })

  it.each([
    [0, /nothing was applied$/, '没有做任何更改'],
    [3, /applied and stay: 3$/, '本次运行已执行并保留的步骤数：3'],
  ])('says what stays after %i steps', (applied, hint, zh) => {
    const { steps, survey } = restart({ m2: vipOn(M2.address) })
    const error = refusal(() => checkGate(steps, INVENTORY, survey, { allowRestart: false, applied }))
    expect(error).toMatchObject({ hint: expect.stringMatching(hint) })
    expect(spokenIn(error?.hintSaid ?? '', 'zh')).toContain(zh)
  })

  it('of a fresh pair, where nobody holds it, needs none', () => {
    const { steps, survey } = restart({})
    expect(steps).toHaveLength(2)
    expect(() => checkGate(steps, INVENTORY, survey, { allowRestart: false, applied: 0 })).not.toThrow()
  })
})

describe('the inventory against the hosts', () => {
  const facts = (nics: HostFacts['nics']) => new Map([['m1', hostFacts(M1.address, null, { nics })]])
  it.each<[string, HostFacts['nics'], string]>([
    [
      'no such interface',
      [{ name: 'eth0', up: true, mac: '', addresses: ['10.77.0.11/24'] }],
      'm1 has no interface host0',
    ],
    [
      'VIP outside the subnet of the interface',
      [{ name: 'host0', up: true, mac: '', addresses: ['10.77.0.11/28', 'fe80::1/64'] }],
      '10.77.0.100/24 is not in the subnet of host0 on m1 (10.77.0.11/28)',
    ],
    ['interface without an address', [{ name: 'host0', up: false, mac: '', addresses: [] }], '(no IPv4 address)'],
  ])('%s', (_, nics, expected) => {
    const error = refusal(() => checkHosts(INVENTORY, facts(nics)))
    expect(error).toMatchObject({ exit: 4, host: 'm1' })
    expect(error.message).toContain(expected)
  })

  it('is no objection that the VIP is there already', () => {
    expect(() => checkHosts(INVENTORY, facts(vipOn(M1.address).nics ?? []))).not.toThrow()
    expect(
      refusal(() =>
        checkHosts(INVENTORY, facts([{ name: 'host0', up: true, mac: '', addresses: ['10.77.0.100/32'] }])),
      ),
    ).toMatchObject({ exit: 4 })
  })
})

it('the summary is one line a host', () => {
  const host = { host: 'm1', ok: 14, changed: 0, waited: 0, pending: 0, skipped: 0, failed: 0, roundTrips: 7 }
  expect(summaryLine(host, 420)).toBe('m1 ok=14 changed=0 failed=0  round trips=7  0.42 s')
  expect(summaryLine({ ...host, waited: 1 }, 420)).toContain(' changed=0 waited=1 failed=0 ')
  expect(summaryLine({ ...host, waited: 1 }, 420, 'zh')).toContain(' 已更改=0 仅等待=1 失败=0 ')
  expect(summaryLine({ ...host, pending: 2, skipped: 1 }, 420)).toBe(
    'm1 ok=14 changed=0 pending=2 failed=0 skipped=1  round trips=7  0.42 s',
  )
})
