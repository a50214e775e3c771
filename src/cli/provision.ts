import { type Command, Option } from 'commander'
import { approve, untilCancelled } from './approve.ts'
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
      await untilCancelled(() =>
        runPair({
          command: 'provision',
          file,
          flags,
          allowRestart: flags.allowRestart === true,
          ...(saved === undefined ? {} : { saved }),
          ...(flags.step === true ? { ask: stepwise() } : {}),
          approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
        }),
      )
    })
}
