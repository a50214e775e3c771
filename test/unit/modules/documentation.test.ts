import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { viewOf } from '../../../src/engine/survey.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import { MODULE_DOCS } from '../../../src/modules/documentation.ts'
import { modulesPage, parametersOf } from '../../../src/modules/documentation-page.ts'
import { modules } from '../../../src/modules/registry.ts'
import { playbookFrom } from '../../../src/playbook/load.ts'
import { hostFacts, INVENTORY, M1 } from './pair-context.ts'

const page = resolve(import.meta.dirname, '../../../docs/modules.md')
const golden = resolve(import.meta.dirname, '../../golden')
const names = Object.keys(modules)

// `npm run docs` sets this and writes the page anew.
if (process.env.UPDATE_GOLDEN === '1') writeFileSync(page, modulesPage(modules))

const view = viewOf(INVENTORY, M1, new Map([['m1', hostFacts(M1.address, null)]]))

describe('the documentation of the modules', () => {
  it('has every module, and no other', () => {
    expect(Object.keys(MODULE_DOCS).sort()).toEqual([...names].sort())
  })

  it.each(names)('%s: says something of each parameter, and of no other', (name) => {
    const module = modules[name]
    const known = module === undefined ? [] : parametersOf(module).map((one) => one.name)
    expect(Object.keys(MODULE_DOCS[name]?.parameters ?? {}).sort()).toEqual([...known].sort())
  })

  it.each(names)('%s: its example is right', (name) => {
    const lines = (MODULE_DOCS[name]?.example ?? '').split('\n').map((line) => `      ${line}\n`)
    const text = `- name: P\n  hosts: masters\n  tasks:\n    - name: t\n${lines.join('')}`
    const [play] = playbookFrom(parseSource(text, 'p.yml'), { modules, tags: [] })
    expect(play?.tasks[0]?.module.name).toBe(name)
    expect(() => play?.tasks[0]?.params(view)).not.toThrow()
  })

  /** A table of cases for each: test/unit/modules/generic-modules.test.ts reads them. */
  it.each(names.filter((name) => !/^(mysql|keepalived|pair|run)_/.test(name)))('%s: has cases', (name) => {
    expect(existsSync(resolve(golden, name)) ? readdirSync(resolve(golden, name)).length : 0).toBeGreaterThan(2)
  })

  it('the page is what the table says now (npm run docs writes it)', () => {
    expect(readFileSync(page, 'utf8')).toBe(modulesPage(modules))
  })
})
