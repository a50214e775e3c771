import type { Command } from 'commander'
import type { RunResult } from '../engine/result.ts'
import type { ApprovalRequest } from '../engine/run.ts'
import type { SavedPlan } from '../engine/saved-plan.ts'
import { plain, type Renderer } from '../events/renderer.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab, labSshDefaults } from '../lab/inside.ts'
import type { Step } from '../modules/step.ts'

/** Flags that `plan` and `provision` share. */
export interface PairFlags {
  readonly playbook?: string
  readonly tags?: string
  readonly limit?: string
  readonly from?: string
  readonly only?: string
  readonly skip?: string
  readonly json?: boolean
  readonly verbose?: boolean
  readonly explain?: boolean
}

export function withPairFlags(command: Command): Command {
  return command
    .option('--playbook <file>', 'another playbook than playbooks/provision.yml')
    .option('--tags <list>', 'only plays and tasks with one of these tags, separated by commas')
    .option('--limit <hosts>', 'change only these hosts, separated by commas')
    .option('--from <step>', 'leave out what comes before this play or task')
    .option('--only <steps>', 'only these plays, tasks or steps, separated by commas; --explain shows their names')
    .option('--skip <steps>', 'leave these plays, tasks or steps out')
    .option('--explain', 'also show the exact script of each step, secrets masked')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .option('-v, --verbose', 'show whole files in the plan, and what the steps print')
}

/** What `plan` and `provision` do alike: a pair of an inventory, run through a playbook. */
export interface PairRun {
  readonly command: 'plan' | 'provision' | 'rollback' | 'teardown'
  /** A playbook as text; absent: the file that the flags name. */
  readonly playbook?: string
  /** Shows what is missing, and changes nothing. */
  readonly dry?: boolean
  readonly file: string
  readonly flags: PairFlags
  /** Master whose data is going to be replaced: what it holds is no obstacle. */
  readonly overwritten?: string
  readonly allowRestart: boolean
  /** s to wait for another run; absent: not at all. */
  readonly lockWait?: number
  /** File for the plan that was made. */
  readonly out?: string
  /** A plan that was made before: just that is done, or nothing. */
  readonly saved?: SavedPlan
  /** Asked before each step. */
  readonly ask?: (steps: readonly Step[], renderer: Renderer, signal: AbortSignal) => Promise<'yes' | 'no' | 'stop'>
  /** `signal` takes a question back. */
  readonly approve: (request: ApprovalRequest, renderer: Renderer, signal: AbortSignal) => Promise<boolean>
}

/** @returns null when the command was handed on into the lab's network; the exit code is set then. */
export async function runPair(asked: PairRun): Promise<RunResult | null> {
  const inventory = loadInventory(asked.file, { sshDefaults: labSshDefaults })
  const inside = await ensureInLab(
    inventory.masters.map(({ address }) => address),
    plain(process.stderr, false).sink,
  )
  if (inside !== null) {
    process.exitCode = inside
    return null
  }
  // SSH, templates and modules are loaded only where they are used: not by the process that hands on.
  const { runPlaybook } = await import('./pair-playbook.ts')
  const { overwritten } = asked
  return runPlaybook(overwritten === undefined ? inventory : { ...inventory, overwritten }, asked)
}
