import { type Command, Option } from 'commander'
import { planSummary } from '../engine/plan-text.ts'
import type { ApprovalRequest } from '../engine/run.ts'
import { drifted } from '../engine/saved-plan.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Renderer } from '../events/renderer.ts'
import { type PairFlags, runPair, withPairFlags } from './pair-run.ts'
import { readPlan } from './plan-file.ts'
import { stepwise } from './stepwise.ts'

interface ProvisionFlags extends PairFlags {
  readonly yes?: boolean
  readonly allowRestart?: boolean
  readonly plan?: string
  readonly step?: boolean
}

const HELP = `
Examples:
  mmha provision inventory.yml
  mmha provision inventory.yml --yes --json     # for scripts
  mmha provision inventory.yml --only firewall --limit m1
  mmha provision inventory.yml --plan approved.plan   # just that, or nothing (exit 5)
Ctrl-C lets the step that runs end, and stops; the same command goes on where it stopped.
`

/** `mmha provision INVENTORY`: plan, show, ask, apply, look again. */
export function registerProvision(program: Command): void {
  withPairFlags(
    program
      .command('provision')
      .description('make the pair: plan, show, ask, apply, look again')
      .argument('<inventory>', 'YAML file, as `mmha init` writes it'),
  )
    .option('-y, --yes', 'apply the plan without asking')
    .addOption(new Option('--step', 'ask before each step').conflicts(['yes', 'json']))
    .option('--allow-restart', 'also restart what runs on the host that holds the VIP')
    .addOption(
      new Option(
        '--plan <file>',
        'apply just this plan, of `mmha plan --out`, without asking; refuse when anything changed',
      ).conflicts(['playbook', 'tags', 'limit', 'from', 'only', 'skip', 'step']),
    )
    .addHelpText('after', HELP)
    .action(async (file: string, flags: ProvisionFlags) => {
      const saved = flags.plan === undefined ? undefined : readPlan(flags.plan)
      try {
        await runPair({
          command: 'provision',
          file,
          flags,
          allowRestart: flags.allowRestart === true,
          ...(saved === undefined ? {} : { saved }),
          ...(flags.step === true ? { ask: stepwise() } : {}),
          approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
        })
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error
        process.stderr.write('cancelled: nothing was changed\n')
        process.exitCode = EXIT.cancelled
      }
    })
}

async function approve(
  { plan, unforeseen }: ApprovalRequest,
  renderer: Renderer,
  flags: ProvisionFlags,
  signal: AbortSignal,
): Promise<boolean> {
  await renderer.idle()
  const { shownPlan } = await import('./pair-playbook.ts')
  const decided = flags.yes === true || flags.plan !== undefined
  const detail = flags.verbose === true ? 'whole' : decided ? 'short' : 'changes'
  const options = { detail, explain: flags.explain === true } as const
  if (flags.json !== true) process.stderr.write(`\n${shownPlan(plan, options, process.stderr)}\n`)
  if (unforeseen && flags.plan !== undefined) {
    throw drifted(`not in ${flags.plan}, and found on the way: ${planSummary(plan)}; what was done until then stays`)
  }
  if (decided) return true
  // Each step is asked for on its own.
  if (flags.step === true && process.stdin.isTTY && process.stderr.isTTY) return true
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new MmhaError('there is something to change, and nobody to ask: this is no terminal', {
      code: 'NO_APPROVAL',
      source: 'user',
      exit: EXIT.refused,
      hint: 'look at the plan with `mmha plan`, then give --yes',
    })
  }
  const { confirm } = await import('@inquirer/prompts')
  const message = unforeseen ? 'This was not in the plan. Apply it?' : 'Apply this?'
  const answer = confirm({ message, default: false }, { output: process.stderr, signal })
  // In the middle of a run, Ctrl-C is a no: the run says what stays.
  return unforeseen && !signal.aborted ? answer.catch(() => false) : answer
}
