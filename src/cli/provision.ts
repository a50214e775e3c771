import { type Command, InvalidArgumentError, Option } from 'commander'
import { approve, untilCancelled } from './approve.ts'
import { type PairFlags, type PairRun, runPair, withPairFlags } from './pair-run.ts'
import { readPlan } from './plan-file.ts'
import { stepwise } from './stepwise.ts'

interface ProvisionFlags extends PairFlags {
  readonly yes?: boolean
  readonly allowRestart?: boolean
  readonly lockWait?: number
  readonly plan?: string
  readonly step?: boolean
  readonly seedFrom?: string
  readonly overwrite?: string
}

/** Flags that leave a part of the run out. */
const PARTS = ['tags', 'limit', 'from', 'only', 'skip', 'step']

const HELP = `
Examples:
  mmha provision inventory.yml
  mmha provision inventory.yml --yes --json     # for scripts
  mmha provision inventory.yml --only firewall --limit m1
  mmha provision inventory.yml --plan approved.plan   # just that, or nothing (exit 5)
  mmha provision inventory.yml --seed-from m1 --overwrite m2   # m1 has the data, m2 gets a copy
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
    .addOption(new Option('--lock-wait <s>', 'wait so long for another run on these hosts').argParser(seconds))
    .addOption(
      new Option(
        '--plan <file>',
        'apply just this plan, of `mmha plan --out`, without asking; refuse when anything changed',
      ).conflicts(['playbook', ...PARTS]),
    )
    .addOption(
      new Option('--seed-from <host>', 'copy the data of this master onto the other, before they are joined').conflicts(
        ['plan', 'playbook', ...PARTS],
      ),
    )
    .option('--overwrite <host>', 'with --seed-from: the master whose data is dropped, by name')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: ProvisionFlags) => {
      const saved = flags.plan === undefined ? undefined : readPlan(flags.plan)
      const run = {
        command: 'provision',
        file,
        flags,
        allowRestart: flags.allowRestart === true,
        ...(flags.lockWait === undefined ? {} : { lockWait: flags.lockWait }),
        ...(saved === undefined ? {} : { saved }),
        ...(flags.step === true ? { ask: stepwise() } : {}),
        approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
      } satisfies PairRun
      const { seedFrom: from, overwrite: onto } = flags
      if (from === undefined && onto === undefined) return untilCancelled(() => runPair(run))
      const { provisionSeeded } = await import('./provision-seeded.ts')
      return untilCancelled(() => provisionSeeded(run, { from, onto }))
    })
}

function seconds(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('give whole seconds')
  return Number(text)
}
