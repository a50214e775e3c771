import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MmhaError } from '../../../src/events/error.ts'
import type { HostFacts } from '../../../src/hosts/host-facts.ts'
import { installationRoot } from '../../../src/modules/installation-root.ts'
import { modules } from '../../../src/modules/registry.ts'
import { masked, revealed, type Script, type Step } from '../../../src/modules/step.ts'
import { context, hostFacts, INVENTORY, M1, M2 } from './pair-context.ts'

/** One row of the table: what the task asks for and what the probe found, then what is to be done about it. */
interface Row {
  readonly about: string
  readonly params: unknown
  /** Lines that the probe printed; tabs between name and values. */
  readonly found: readonly string[]
  readonly facts?: Partial<HostFacts>
}

const golden = resolve(import.meta.dirname, '../../golden')
/** Those that any playbook may use; a test of docs/modules.md wants cases of each. */
const GENERIC = Object.keys(modules).filter((name) => !/^(mysql|keepalived|pair|run)_/.test(name))

function lines(script: Script): string[] {
  return masked(script).replace(/\n$/, '').split('\n')
}

function shown(step: Step): object {
  return {
    id: step.id,
    title: step.title,
    diff: step.diff.split('\n'),
    ...(step.payload === undefined ? {} : { payload: { size: step.payload.size, to: step.payload.to } }),
    run: lines(step.run),
    undo: 'none' in step.undo ? step.undo : lines(step.undo),
    ...(step.undoLast === undefined ? {} : { undoLast: lines(step.undoLast) }),
    ...(step.undoImpact === undefined ? {} : { undoImpact: step.undoImpact }),
    impact: step.impact,
    ...(step.writes === undefined ? {} : { writes: step.writes }),
  }
}

/** sh -n finds what is no shell at all; shellcheck, where it is installed, what is unwise. */
function checkShell(text: string): void {
  const parsed = spawnSync('/bin/sh', ['-n'], { input: text, encoding: 'utf8' })
  expect(parsed.stderr).toBe('')
  // SC2154, SC2317: variables and functions that only one branch uses; SC2089, SC2090: a path with a quote in it.
  const checked = spawnSync('shellcheck', ['-s', 'sh', '-S', 'warning', '-e', 'SC2154,SC2317,SC2089,SC2090', '-'], {
    input: text,
    encoding: 'utf8',
  })
  if (checked.error === undefined) expect(checked.stdout).toBe('')
}

describe.each(GENERIC)('module %s', (name) => {
  const folder = join(golden, name)
  const module = modules[name]
  if (module === undefined) throw new Error(`no module ${name}`)

  it.each(readdirSync(folder).filter((file) => file.endsWith('.json')))('%s', async (file) => {
    const row = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Row
    const params = module.params.parse(row.params)
    const probe = module.probe(params, { inventory: INVENTORY, host: M1, peer: M2 })
    checkShell(probe)
    const mine = module.parse(row.found.map((line) => `${line}\n`).join(''))
    let outcome: object
    try {
      const steps = module.plan(
        params,
        context<unknown>(null, mine, mine, { facts: hostFacts(M1.address, null, row.facts) }),
      )
      for (const step of steps) {
        checkShell(revealed(step.run))
        if (!('none' in step.undo)) checkShell(revealed(step.undo))
        if (step.undoLast !== undefined) checkShell(revealed(step.undoLast))
      }
      outcome = { steps: steps.map(shown) }
    } catch (error) {
      if (!(error instanceof MmhaError)) throw error
      outcome = { error: { code: error.code, exit: error.exit, message: error.message, hint: error.hint } }
    }
    const { about, facts, found } = row
    const document = { about, params: row.params, ...(facts === undefined ? {} : { facts }), found, ...outcome }
    // Where this tree lies is no part of the table.
    const text = JSON.stringify(document, null, 2).replaceAll(installationRoot(), '<installation>')
    await expect(`${text}\n`).toMatchFileSnapshot(join(folder, file))
  })
})
