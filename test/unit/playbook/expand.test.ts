import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { viewOf } from '../../../src/engine/survey.ts'
import { modules } from '../../../src/modules/registry.ts'
import { loadPlaybook } from '../../../src/playbook/load.ts'
import { INVENTORY, M1 } from '../modules/pair-context.ts'

const folder = mkdtempSync(join(tmpdir(), 'mmha-unit-expand-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return join(folder, 'site.yml')
}

const view = viewOf(INVENTORY, M1, null)

describe('tasks in files', () => {
  it('stand where they are included, with the variables, conditions and tags of what includes them', () => {
    const file = write({
      'site.yml': `
- name: P
  hosts: m1
  tasks:
    - { name: one, include_tasks: parts/inner.yml, when: host.name == 'm1', tags: [t], vars: { where: /one } }
    - { name: two, include_tasks: parts/inner.yml, when: host.name == 'm2', vars: { where: /two } }
`,
      'parts/inner.yml': '- { name: a, file: { path: "{{vars.where}}/a", content: x } }\n- include_tasks: deeper.yml\n',
      'parts/deeper.yml': '- { name: b, file: { path: "{{vars.where}}/b", content: x }, when: true }\n',
    })
    const [play] = loadPlaybook(file, { modules, tags: [] })
    expect(play?.tasks.map((task) => [task.id, task.when(view), task.params(view)])).toMatchObject([
      ['p/one/a', true, { path: '/one/a' }],
      ['p/one/b', true, { path: '/one/b' }],
      ['p/two/a', false, { path: '/two/a' }],
      ['p/two/b', false, { path: '/two/b' }],
    ])
    expect(play?.tasks[1]?.where).toBe(`${join(folder, 'parts/deeper.yml')}:1:3`)
    expect(loadPlaybook(file, { modules, tags: ['t'] })[0]?.tasks.map(({ id }) => id)).toEqual(['p/one/a', 'p/one/b'])
  })

  it('of roles come first, with their defaults, handlers and files', () => {
    const file = write({
      'site.yml': '- name: P\n  hosts: m1\n  vars: { b: play }\n  roles: [{ role: r, vars: { c: given } }]\n',
      'roles/r/defaults/main.yml': 'a: default\nb: default\nc: default\n',
      'roles/r/tasks/main.yml':
        '- { name: a, file: { path: /x, content: "{{vars.a}} {{vars.b}} {{vars.c}}" }, notify: h }\n',
      'roles/r/handlers/main.yml': '- { name: h, file: { path: /h, content: x } }\n',
    })
    const [play] = loadPlaybook(file, { modules, tags: [] })
    expect(play?.tasks.map((task) => [task.id, task.params(view)])).toMatchObject([
      ['p/r/a', { content: 'default play given' }],
    ])
    expect(play?.handlers.map(({ id }) => id)).toEqual(['p/r/h'])
  })

  it('files are looked for beside the playbook and in its role, and not above it', () => {
    const upload = (name: string) => `{ name: ${name}, copy: { src: ${name}, dest: /x } }`
    const file = write({
      'mine/site.yml': `- { name: P, hosts: m1, roles: [r], tasks: [${upload('near')}, ${upload('above')}] }\n`,
      'mine/files/near': 'x',
      'files/above': 'x',
      'mine/roles/r/tasks/main.yml': `- ${upload('of-role')}\n`,
      'mine/roles/r/files/of-role': 'x',
    })
    const [play] = loadPlaybook(join(dirname(file), 'mine/site.yml'), { modules, tags: [] })
    expect(play?.tasks.map((task) => task.params(view))).toMatchObject([
      { src: join(folder, 'mine/roles/r/files/of-role') },
      { src: join(folder, 'mine/files/near') },
      { src: 'above' },
    ])
  })

  it('all that is wrong in all files is said at once, each with its place', () => {
    const file = write({
      'site.yml':
        '- name: P\n  hosts: m1\n  roles: [none]\n  tasks:\n    - include_tasks: bad.yml\n    - include_tasks: gone.yml\n    - include_tasks: self.yml\n',
      'bad.yml': '- { name: a, fiel: {} }\n- { nam: b, file: { path: x } }\n- { name: c, file: { path: x } }\n',
      'self.yml': '- include_tasks: self.yml\n',
    })
    const said = () => {
      try {
        loadPlaybook(file, { modules, tags: [] })
      } catch (error) {
        return error instanceof Error ? error.message.replaceAll(`${folder}/`, '').split('\n').sort() : []
      }
      return []
    }
    expect(said()).toMatchObject([
      expect.stringContaining('bad.yml:1:20 [0].fiel: no module and no key of a task; did you mean file?'),
      expect.stringContaining('bad.yml:2:3 name: missing; expected text'),
      expect.stringContaining('bad.yml:3:28 path: must be an absolute path'),
      expect.stringContaining('self.yml:1:18 [0].include_tasks: included in itself'),
      expect.stringMatching(/^site.yml:3:11 .*there is no file .*roles\/none\/tasks\/main.yml/),
      expect.stringMatching(/^site.yml:6:22 .*there is no file gone.yml/),
    ])
  })
})
