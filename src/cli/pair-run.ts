import { type Command, InvalidArgumentError, Option } from 'commander'
import type { RunResult } from '../engine/result.ts'
import type { ApprovalRequest } from '../engine/run.ts'
import type { SavedPlan } from '../engine/saved-plan.ts'
import { language } from '../events/language.ts'
import { plain, type Renderer } from '../events/renderer.ts'
import { spokenIn } from '../events/spoken.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab } from '../lab/inside.ts'
import type { Step } from '../modules/step.ts'
import { acceptNewOption, pairOption, reachOptions, verboseOption } from './reach-options.ts'
import type { Resumed } from './resume.ts'

/** Flags that `plan` and `provision` share. */
export interface PairFlags {
  readonly playbook?: string
  readonly tags?: string
  readonly limit?: string
  readonly from?: string
  readonly only?: string
  readonly skip?: string
  readonly json?: boolean
  readonly verbose?: number
  readonly explain?: boolean
  readonly acceptNew?: boolean
  /** Which of several pairs. */
  readonly pair?: string
  /** Variables that go before those of the playbook. */
  readonly var?: Readonly<Record<string, Scalar>>
}

export function withPairFlags(command: Command): Command {
  return withPartFlags(command.option('--playbook <file>', 'another playbook than playbooks/provision.yml'))
}

/** Flags of every run of a playbook: which part of it, and how it is shown. */
export function withPartFlags(command: Command): Command {
  return command
    .option('--var <name=value>', 'a variable of the playbook; may be given more than once', variable)
    .option('--tags <list>', 'only plays and tasks with one of these tags, separated by commas')
    .option('--limit <hosts>', 'change only these hosts, separated by commas; of several pairs: PAIR[,HOST]')
    .option('--from <step>', 'leave out what comes before this play or task')
    .option('--only <steps>', 'only these plays, tasks or steps, separated by commas; --explain shows their names')
    .option('--skip <steps>', 'leave these plays, tasks or steps out')
    .addOption(acceptNewOption())
    .addOption(pairOption())
    .option('--explain', 'also show the exact script of each step, secrets masked')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .addOption(verboseOption('show whole files in the plan, and what the steps print'))
}

/** Not with flags that choose a part: it has those of the run. @param others that don't go with it */
export function resumeOption(others: readonly string[] = []): Option {
  return new Option(
    '--resume',
    'go on with the newest run that did not end, as it was asked for; refuse on drift',
  ).conflicts(['var', 'tags', 'limit', 'from', 'only', 'skip', ...others])
}

type Scalar = string | number | boolean | null

/** Parser of `name=value`. A whole number, `true`, `false` and `null` are what they say, all else is text. */
function variable(text: string, before: Readonly<Record<string, Scalar>> = {}): Readonly<Record<string, Scalar>> {
  const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new InvalidArgumentError('give name=value')
  return { ...before, [name]: /^(-?(0|[1-9]\d{0,14})|true|false|null)$/.test(value) ? JSON.parse(value) : value }
}

/** Parser of an option in s. */
export function seconds(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('give whole seconds')
  return Number(text)
}

/** What `plan` and `provision` do alike: a pair of an inventory, run through a playbook. */
export interface PairRun {
  readonly command: 'plan' | 'provision' | 'playbook run' | 'rollback' | 'teardown' | 'rotate-secrets'
  /** A playbook as text; absent: the file that the flags name. */
  readonly playbook?: string
  /** Shows what is missing, and changes nothing. */
  readonly dry?: boolean
  readonly file: string
  readonly flags: PairFlags
  /** Master whose data is going to be replaced: what it holds is no obstacle. */
  readonly overwritten?: string
  /** Leave to take over from a keepalived that was set up by hand. */
  readonly takeOver?: boolean
  readonly allowRestart: boolean
  /** s to wait for another run; absent: not at all. */
  readonly lockWait?: number
  /** File for the plan that was made. */
  readonly out?: string
  /** A plan that was made before: just that is done, or nothing. */
  readonly saved?: SavedPlan
  /** The newest run of this command is gone on with, as it was asked for; or there is nothing to do. */
  readonly resume?: boolean
  /** That run. */
  readonly resumed?: Resumed
  /** Asked before each step. */
  readonly ask?: (steps: readonly Step[], renderer: Renderer, signal: AbortSignal) => Promise<'yes' | 'no' | 'stop'>
  /** `signal` takes a question back. */
  readonly approve: (request: ApprovalRequest, renderer: Renderer, signal: AbortSignal) => Promise<boolean>
}

/** @returns null when the command was handed on into the lab's network; the exit code is set then. */
export async function runPair(asked: PairRun): Promise<RunResult | null> {
  const inventory = loadInventory(asked.file, reachOptions(asked.flags))
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
  if (asked.takeOver === true) {
    const { lintByHand } = await import('./lint-by-hand.ts')
    for (const line of await lintByHand(inventory)) process.stderr.write(`${line}\n`)
  }
  const { overwritten, takeOver } = asked
  const leave = { ...(overwritten === undefined ? {} : { overwritten }), ...(takeOver === true ? { takeOver } : {}) }
  const seen = { ...inventory, ...leave }
  if (asked.resume !== true) return runPlaybook(seen, asked)
  const { unfinishedRun } = await import('./resume.ts')
  const resumed = await unfinishedRun(inventory, { command: asked.command, playbook: asked.flags.playbook ?? null })
  if (typeof resumed === 'string') {
    const { command, flags } = asked
    const document = { type: 'result', version: 1, command, pair: inventory.name, resumed: null, why: resumed }
    process.stdout.write(flags.json === true ? `${JSON.stringify(document)}\n` : `${spokenIn(resumed, language())}\n`)
    return null
  }
  if (asked.flags.json !== true) process.stderr.write(`${spokenIn(resumed.about, language())}\n`)
  return runPlaybook(seen, { ...asked, resumed })
}
