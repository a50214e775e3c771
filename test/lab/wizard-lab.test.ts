import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { labDown } from '../../src/lab/down.ts'
import { labUp } from '../../src/lab/up.ts'
import { openTerminal, type TestTerminal } from './wizard/terminal.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const LAB = `wiz-${process.pid}`

let folder: string
let terminal: TestTerminal

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmha-wizard-lab-'))
  const inventory = loadInventory(join(ROOT, 'inventories/lab.yml'), { sshDefaults: () => null })
  await labUp({ name: LAB, inventory, flavour: 'mariadb-11.8', fallback: null, sink: () => undefined })
  // Other labs that are up have the same addresses.
  vi.stubEnv('MMHA_LAB', LAB)
})

afterAll(async () => {
  terminal?.close()
  await labDown(LAB, () => undefined)
  rmSync(folder, { recursive: true, force: true })
})

describe('mmha init on fresh hosts', () => {
  it('finds what they are, writes the shortest inventory, and goes on to the plan', async () => {
    const command = ['/usr/bin/env', `HOME=${folder}`, join(ROOT, 'bin/mmha'), 'init', '--lab', LAB, '-o', 'pair.yml']
    terminal = openTerminal(join(folder, 'tmux'), [], command, { cwd: folder, env: {} })
    for (const [question, typed] of [
      ['First host', '10.77.0.11'],
      ['SSH user', ''],
      ['SSH port', ''],
      ['Private key file', ''],
      ['Second host', '10.77.0.12'],
      ['Reach it the same way', ''],
      ['Interface that carries the VIP', ''],
      ['Virtual IP', '10.77.0.100'],
      ['Database server to install', ''],
      ['And then', ''],
    ] as const) {
      await terminal.shows(`? ${question}`)
      if (typed !== '') terminal.type(typed)
      terminal.press('Enter')
    }
    expect(await terminal.ended()).toBe(0)
    expect(terminal.screen()).toMatch(/m1 ok=\d+ changed=0 pending=[1-9]\d* failed=0/)

    const inventory = loadInventory(join(folder, 'pair.yml'))
    const shipped = loadInventory(join(ROOT, 'inventories/lab.yml'))
    expect(inventory).toEqual({ ...shipped, file: inventory.file, name: 'pair', client: null })
  })
})
