import { describe, expect, it } from 'vitest'
import { planAll, stepsOf } from '../../../src/engine/plan.ts'
import { viewOf } from '../../../src/engine/survey.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import { modules } from '../../../src/modules/registry.ts'
import { playbookFrom } from '../../../src/playbook/load.ts'
import { hostFacts, INVENTORY, M1, M2 } from '../modules/pair-context.ts'

const facts = new Map([M1, M2].map((host) => [host.name, hostFacts(host.address, null)]))

/** Steps on m1 of a playbook of one play, where nothing was found on the hosts. */
function planned(tasks: string) {
  const plays = playbookFrom(parseSource(`- name: P\n  hosts: m1\n  tasks:\n${tasks}`, 'p.yml'), { modules, tags: [] })
  const found = new Map(plays.flatMap((play) => play.tasks.map((task) => [task.id, task.module.parse('')])))
  const probed = new Map([M1, M2].map(({ name }) => [name, found]))
  return { plays, steps: stepsOf(planAll(plays, INVENTORY, { facts, probed })) }
}

describe('loop', () => {
  it('is a step for each item, each with an id of its own', () => {
    const { steps } = planned(
      '    - { name: Files, file: { path: "/etc/{{item.name}}", content: "{{item.text}}" }, loop: [{ name: a, text: x }, { name: b, text: "y" }] }\n',
    )
    expect(steps.map(({ id, title }) => [id, title])).toEqual([
      ['p/files/a', 'Files (a): write /etc/a'],
      ['p/files/b', 'Files (b): write /etc/b'],
    ])
  })

  it('keeps the type of an item, and tells equal names apart', () => {
    const { steps } = planned(
      '    - { name: F, file: { path: "/x/{{item}}", content: "{{item}}!" }, loop: [1, "1"] }\n',
    )
    expect(steps.map(({ id }) => id)).toEqual(['p/f/1', 'p/f/1-2'])
  })

  it('goes over a list of the inventory, and `when` is asked for each item', () => {
    const { steps } = planned(
      '    - { name: F, file: { path: "/x/{{item.name}}", content: x }, loop: "{{inventory.masters}}", when: item.name != host.name }\n',
    )
    expect(steps.map(({ title }) => title)).toEqual(['F (m2): write /x/m2'])
  })

  it('gives each item what its own probe found', () => {
    const { plays } = planned('    - { name: F, file: { path: "/x/{{item}}", content: x }, loop: [a, b] }\n')
    const [task] = plays[0]?.tasks ?? []
    const view = viewOf(INVENTORY, M1, facts)
    const probe = task?.module.probe(task.params(view), { inventory: INVENTORY, host: M1, peer: M2 }) ?? ''
    expect(probe.match(/^path=.*$/gm)).toEqual(['path=/x/a', 'path=/x/b'])
    const printed = 'mmha_item\ta\nkind\tfile\ncontent\t/x/a\teAo=\nstat\t644\troot\troot\nmmha_item\tb\n'
    const found = new Map([M1, M2].map(({ name }) => [name, new Map([[task?.id ?? '', task?.module.parse(printed)]])]))
    const steps = stepsOf(planAll(plays, INVENTORY, { facts, probed: found }))
    expect(steps.map(({ id }) => id)).toEqual(['p/f/b'])
  })
})

describe('register', () => {
  it('tells later tasks whether an earlier one changes this host', () => {
    const tasks = (changed: string) =>
      `    - { name: A, file: { path: /a, content: x }, register: first }\n    - { name: B, file: { path: /b, content: x }, when: ${changed} }\n`
    expect(planned(tasks('registered.first.changed')).steps.map(({ id }) => id)).toEqual(['p/a', 'p/b'])
    expect(planned(tasks('not registered.first.changed')).steps.map(({ id }) => id)).toEqual(['p/a'])
  })

  it('is nothing where the task that registers was left out', () => {
    const text = `- name: P
  hosts: masters
  tasks:
    - { name: A, file: { path: /a, content: x }, register: first, tags: [a] }
    - { name: B, file: { path: /b, content: x }, when: not registered.first.changed, tags: [b] }
`
    const plays = playbookFrom(parseSource(text, 'p.yml'), { modules, tags: ['b'] })
    const found = new Map(plays.flatMap((play) => play.tasks.map((task) => [task.id, task.module.parse('')])))
    const probed = new Map([M1, M2].map(({ name }) => [name, found]))
    const steps = stepsOf(planAll(plays, INVENTORY, { facts, probed }))
    expect(steps.map(({ id, host }) => `${host} ${id}`)).toEqual(['m1 p/b', 'm2 p/b'])
  })

  it('a name that nothing registers is refused with its place', () => {
    expect(() =>
      planned('    - { name: B, file: { path: /b, content: x }, when: registered.frist.changed }\n'),
    ).toThrow('p.yml:4:56 when: registered.frist.changed is not known')
  })
})
