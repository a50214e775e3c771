import { join } from 'node:path'
import type { Command } from 'commander'
import { planText } from '../engine/plan-text.ts'
import { type RunResult, summaryLine } from '../engine/result.ts'
import { run } from '../engine/run.ts'
import { chooseRenderer, type Renderer } from '../events/renderer.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab, labSshDefaults } from '../lab/inside.ts'
import { modules } from '../modules/registry.ts'
import { installationRoot } from '../modules/shipped-template.ts'
import { masked, type Step } from '../modules/step.ts'
import { loadPlaybook } from '../playbook/load.ts'

/** Flags that `plan` and `provision` share. */
export interface PairFlags {
  readonly playbook?: string
  readonly tags?: string
  readonly json?: boolean
  readonly verbose?: boolean
}

export function withPairFlags(command: Command): Command {
  return command
    .option('--playbook <file>', 'another playbook than playbooks/provision.yml')
    .option('--tags <list>', 'only plays and tasks with one of these tags, separated by commas')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .option('-v, --verbose', 'show what the steps print')
}

/** What `plan` and `provision` do alike: a pair of an inventory, run through a playbook. */
export interface PairRun {
  readonly command: 'plan' | 'provision'
  readonly file: string
  readonly flags: PairFlags
  readonly allowRestart: boolean
  readonly approve: (steps: readonly Step[], renderer: Renderer) => Promise<boolean>
}

/** @returns null when the command was handed on into the lab's network; the exit code is set then. */
export async function runPair({ command, file, flags, allowRestart, approve }: PairRun): Promise<RunResult | null> {
  const inventory = loadInventory(file, { sshDefaults: labSshDefaults })
  const inside = await ensureInLab(inventory.masters.map(({ address }) => address))
  if (inside !== null) {
    process.exitCode = inside
    return null
  }
  const renderer = await chooseRenderer({
    json: flags.json === true,
    verbose: flags.verbose === true,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
  })
  const tags = (flags.tags ?? '').split(',').filter((tag) => tag !== '')
  const plays = loadPlaybook(flags.playbook ?? join(installationRoot(), 'playbooks', 'provision.yml'), {
    modules,
    tags,
  })
  try {
    const result = await run({
      inventory,
      plays,
      sink: renderer.sink,
      mode: command === 'plan' ? 'plan' : 'apply',
      approve: (steps) => approve(steps, renderer),
      allowRestart,
    })
    await renderer.idle()
    if (flags.json === true) process.stdout.write(`${JSON.stringify(document(command, inventory, result))}\n`)
    else for (const host of result.hosts) process.stdout.write(`${summaryLine(host, result.ms)}\n`)
    return result
  } finally {
    await renderer.idle()
  }
}

export function shownPlan(steps: readonly Step[], output: { readonly isTTY?: boolean }): string {
  return planText(steps, { color: output.isTTY === true && (process.env.NO_COLOR ?? '') === '' })
}

function document(command: string, inventory: Inventory, result: RunResult): object {
  const steps = result.steps.map(({ id, host, title, diff, impact, notify, run }) => ({
    id,
    host,
    title,
    diff,
    impact,
    notify,
    script: masked(run),
  }))
  return {
    type: 'result',
    version: 1,
    command,
    pair: inventory.name,
    ms: Math.round(result.ms),
    hosts: result.hosts,
    steps,
  }
}
