import { describe, expect, it } from 'vitest'
import { planAll, stepsOf } from '../../../src/engine/plan.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import { modules } from '../../../src/modules/registry.ts'
import { playbookFrom } from '../../../src/playbook/load.ts'
import { hostFacts, INVENTORY, M1, M2 } from '../modules/pair-context.ts'

const FILE = '    - { name: File, file: { path: /etc/x, content: "a = 1" } }\n'
const LINE = '    - { name: Line, lineinfile: { path: /etc/x, line: "b = 2" } }\n'
const NEXT = '- name: Q\n  hosts: m1\n  tasks:\n'

/** Titles of the plan on a host that has none of the files. */
function planned(tasks: string): string[] {
  const plays = playbookFrom(parseSource(`- name: P\n  hosts: m1\n  tasks:\n${tasks}`, 'p.yml'), { modules, tags: [] })
  const all = plays.flatMap((play) => [...play.tasks, ...play.handlers])
  const found = new Map(all.map((task) => [task.id, task.module.parse('')]))
  const facts = new Map([M1, M2].map((host) => [host.name, hostFacts(host.address, null)]))
  const probed = new Map([M1, M2].map(({ name }) => [name, found]))
  return stepsOf(planAll(plays, INVENTORY, { facts, probed })).map(({ title }) => title)
}

describe('lines of a file that a playbook makes', () => {
  it('are edited in a later play, or by a handler', () => {
    const titles = ['File: write /etc/x', 'Line: make /etc/x']
    expect(planned(`${FILE}${NEXT}${LINE}`)).toEqual(titles)
    expect(planned(`${FILE}  handlers:\n${LINE}`)).toEqual(titles)
  })

  it('are refused in the plan where the same play makes it: its tasks are looked at before the first is done', () => {
    expect(() => planned(`${FILE}${LINE}`)).toThrow(
      expect.objectContaining({ code: 'FILE_MISSING', exit: 5, message: expect.stringContaining('/etc/x on m1') }),
    )
  })
})
