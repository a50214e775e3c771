import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Approval } from '../../../src/engine/approval.ts'
import { type PlayPlan, planAll, stepsOf } from '../../../src/engine/plan.ts'
import { deviationLines } from '../../../src/engine/result.ts'
import type { HostFacts } from '../../../src/hosts/host-facts.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import type { Module } from '../../../src/modules/module.ts'
import { type Impact, sh } from '../../../src/modules/step.ts'
import { playbookFrom } from '../../../src/playbook/load.ts'
import { hostFacts, INVENTORY, M1, M2, MYSQL } from '../modules/pair-context.ts'

type Params = { writes: string[]; restartedAfter: string[]; brings: boolean; impact: Impact }

/** Writes files, or restarts after files that others wrote; may bring a server. Its fact: is it as it should be? */
const maker: Module<Params, boolean> = {
  name: 'maker',
  params: z.strictObject({
    writes: z.array(z.string()).default([]),
    restartedAfter: z.array(z.string()).default([]),
    brings: z.boolean().default(false),
    impact: z.enum(['none', 'reload', 'restart', 'vip-moves']).default('none'),
  }),
  probe: () => '',
  parse: (stdout) => stdout === 'done',
  plan: ({ writes, restartedAfter, impact }, { mine, host, taskId, written, facts }) =>
    mine && !restartedAfter.some((path) => written?.has(path))
      ? []
      : [
          {
            id: taskId,
            host: host.name,
            title: `make, on ${facts.server?.flavour ?? 'no server'}`,
            diff: '',
            run: sh`:`,
            undo: { none: 'a test' },
            impact,
            notify: [],
            writes,
          },
        ],
  expect: ({ brings }): Partial<HostFacts> | null => (brings ? { server: { ...MYSQL, expected: true } } : null),
}

const PLAYS = playbookFrom(
  parseSource(
    `
- name: one
  hosts: masters
  tasks:
    - { name: server, maker: { brings: true } }
    - { name: file, maker: { writes: [/etc/x] }, notify: later }
    - { name: same play, maker: {}, when: "facts.server.flavour == 'mysql'" }
  handlers:
    - { name: restart, maker: { restartedAfter: [/etc/x], impact: restart } }
    - { name: later, maker: { impact: restart } }
- name: two
  hosts: masters
  tasks:
    - { name: next play, maker: {}, when: "facts.server.flavour == 'mysql'" }
`,
    'p.yml',
  ),
  { modules: { maker: maker as unknown as Module<unknown, unknown> }, tags: [] },
)

/** Everything is done on both hosts but these tasks. */
function plan(...missing: readonly string[]): PlayPlan[] {
  const tasks = PLAYS.flatMap((play) => [...play.tasks, ...play.handlers])
  const answers = new Map(tasks.map(({ id }) => [id, !missing.includes(id)]))
  return planAll(PLAYS, INVENTORY, {
    facts: new Map([M1, M2].map(({ name, address }) => [name, hostFacts(address, null)])),
    probed: new Map([M1, M2].map(({ name }) => [name, answers])),
  })
}

function onM1(plans: readonly PlayPlan[]): string[] {
  return stepsOf(plans).flatMap(({ host, id }) => (host === 'm1' ? [id] : []))
}

describe('a plan that looks ahead', () => {
  it('gives the plays after it what a task will leave behind, and its own play what is there', () => {
    const plans = plan('one/server', 'one/same-play', 'two/next-play')
    expect(onM1(plans)).toEqual(['one/server', 'two/next-play'])
    expect(stepsOf(plans).map(({ title }) => title)).toEqual([
      'make, on no server',
      'make, on no server',
      'make, on mysql',
      'make, on mysql',
    ])
  })

  it('expects nothing of a task that has nothing to do', () => {
    expect(onM1(plan('two/next-play'))).toEqual([])
  })

  it('restarts after files that it writes itself', () => {
    expect(onM1(plan('one/file'))).toEqual(['one/file', 'one/restart'])
    expect(onM1(plan())).toEqual([])
  })
})

describe('an approval', () => {
  const approval = () => new Approval(plan('one/server', 'one/file'))
  const [first] = plan('one/server', 'one/file')
  const missing = (...tasks: readonly string[]) => {
    const news = plan(...tasks).flatMap((play) => approval().missing(play) ?? [])
    return onM1(news)
  }

  it('covers what stood in the plan', () => {
    expect(missing('one/server', 'one/file')).toEqual([])
    expect(missing('one/file')).toEqual([])
  })

  it('covers a handler that a step of the plan notifies', () => {
    expect(missing('one/later')).toEqual([])
    const silent = new Approval(plan('one/server'))
    expect(plan('one/later').flatMap((play) => onM1([silent.missing(play) ?? play]))).toEqual(['one/later'])
  })

  it('does not cover what is new, nor a step that means more than was said', () => {
    expect(missing('one/same-play', 'two/next-play', 'one/server')).toEqual(['two/next-play'])
    if (first === undefined) throw new Error('no play')
    const worse = {
      ...first,
      tasks: first.tasks.map((task) => ({
        ...task,
        steps: task.steps.map((step) => ({ ...step, impact: 'vip-moves' as const })),
      })),
    }
    expect(onM1([approval().missing(worse) ?? first])).toEqual(['one/server', 'one/file', 'one/restart'])
  })

  it('says at the end what was other than planned', () => {
    const steps = stepsOf(plan('one/server', 'two/next-play'))
    const deviations = approval().deviations(steps.filter(({ host }) => host === 'm1'))
    expect(deviations.unplanned.map(({ host, id }) => `${host} ${id}`)).toEqual(['m1 two/next-play'])
    expect(deviations.notNeeded.map(({ host, id }) => `${host} ${id}`)).toEqual([
      'm1 one/file',
      'm1 one/restart',
      'm2 one/server',
      'm2 one/file',
      'm2 one/restart',
    ])
    expect(deviationLines(deviations).slice(0, 2)).toEqual([
      'm1: applied, and not in the first plan: make, on mysql',
      'm1: planned but not needed: make, on no server',
    ])
    expect(deviationLines({ unplanned: [], notNeeded: [], declined: [] })).toEqual([])
  })
})
