import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { viewOf } from '../../../src/engine/survey.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import { modules } from '../../../src/modules/registry.ts'
import { checkPlays } from '../../../src/playbook/check.ts'
import { loadPlaybook, playbookFrom } from '../../../src/playbook/load.ts'
import { hostFacts, INVENTORY, M1, M2 } from '../modules/pair-context.ts'

const folder = resolve(import.meta.dirname, '../../../playbooks')
const readme = readFileSync(resolve(folder, 'README.md'), 'utf8')
const view = viewOf(INVENTORY, M1, new Map([M1, M2].map((host) => [host.name, hostFacts(host.address, null)])))

describe('playbooks', () => {
  it('the documented example compiles, and its parameters are right', () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    const [play] = playbookFrom(parseSource(example, 'README.md'), { modules, tags: [] })
    const tasks = [...(play?.tasks ?? []), ...(play?.handlers ?? [])]
    expect(tasks.map((task) => [task.module.name, task.when(view)])).toEqual([
      ['package', true],
      ['file', true],
      ['service', true],
    ])
    expect(tasks.map((task) => task.params(view))[1]).toMatchObject({ content: 'server 10.0.0.100 iburst\n' })
  })

  it.each(readdirSync(folder).filter((file) => file.endsWith('.yml') && file !== 'verify.yml'))(
    '%s compiles; its parameters are right for both hosts',
    (file) => {
      const plays = loadPlaybook(resolve(folder, file), { modules, tags: [] })
      expect(plays.length).toBeGreaterThan(0)
      expect(() => checkPlays(plays, INVENTORY)).not.toThrow()
    },
  )

  it('no task of provision.yml waits for facts', () => {
    const plays = loadPlaybook(resolve(folder, 'provision.yml'), { modules, tags: [] })
    const tasks = plays.flatMap((play) => [...play.tasks, ...play.handlers])
    expect(tasks.length).toBeGreaterThan(5)
    for (const task of tasks) {
      expect(() => task.params(view)).not.toThrow()
      // Each would cost every run a round trip more.
      expect(task.needsFacts).toBe(false)
    }
  })
})
