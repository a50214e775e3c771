import { type Command, Option } from 'commander'
import { approve, untilCancelled } from './approve.ts'
import { fleetOf, forksOption } from './fleet-run.ts'
import { type PairFlags, type PairRun, resumeOption, runPair, seconds, withPairFlags } from './pair-run.ts'
import { readPlan } from './plan-file.ts'
import { INVENTORIES } from './reach-options.ts'
import { type SeedFlags, seedWords, withSeedFlags } from './seed-words.ts'
import { stepwise } from './stepwise.ts'

interface ProvisionFlags extends PairFlags, SeedFlags {
  readonly yes?: boolean
  readonly forks?: number
  readonly allowRestart?: boolean
  readonly lockWait?: number
  readonly plan?: string
  readonly step?: boolean
  readonly takeOverKeepalived?: boolean
  readonly resume?: boolean
}

/** Flags that leave a part of the run out. */
const PARTS = ['var', 'tags', 'limit', 'from', 'only', 'skip', 'step']

const HELP = `
Examples:
  mmha provision inventory.yml
  mmha provision inventory.yml --yes --json     # for scripts
  mmha provision inventory.yml --only firewall --limit m1
  mmha provision inventory.yml --plan approved.plan   # just that, or nothing (exit 5)
  mmha provision inventory.yml --resume       # after a run that was cut: the same part of it, what is left
  mmha provision inventory.yml --seed-from m1 --overwrite m2   # m1 has the data, m2 gets a copy
  mmha provision fleet/ --forks 20    # each pair that fleet/ has a file for
Ctrl-C lets the step that runs end, and stops; the same command goes on where it stopped.
`

/** `mmha provision INVENTORY`: plan, show, ask, apply, look again. */
export function registerProvision(program: Command): void {
  const command = withPairFlags(
    program
      .command('provision')
      .description('make the pair: plan, show, ask, apply, look again')
      .argument('<inventory>', INVENTORIES),
  )
    .addOption(forksOption())
    .option('-y, --yes', 'apply the plan without asking')
    .addOption(resumeOption(['plan', 'seedFrom', 'overwrite']))
    .addOption(new Option('--step', 'ask before each step').conflicts(['yes', 'json']))
    .option('--allow-restart', 'also restart what runs on the host that holds the VIP')
    .option('--take-over-keepalived', 'stop a keepalived that was set up by hand, and take its place')
    .addOption(new Option('--lock-wait <s>', 'wait so long for another run on these hosts').argParser(seconds))
    .addOption(
      new Option(
        '--plan <file>',
        'apply just this plan, of `mmha plan --out`, without asking; refuse when anything changed',
      ).conflicts(['playbook', ...PARTS]),
    )
  withSeedFlags(command, ['plan', 'playbook', ...PARTS])
    .addHelpText('after', HELP)
    .action(async (file: string, flags: ProvisionFlags) => {
      const fleet = fleetOf(file, flags)
      const saved = flags.plan === undefined || fleet !== null ? undefined : readPlan(flags.plan)
      const run = {
        command: 'provision',
        file,
        flags,
        allowRestart: flags.allowRestart === true,
        takeOver: flags.takeOverKeepalived === true,
        ...(flags.lockWait === undefined ? {} : { lockWait: flags.lockWait }),
        ...(saved === undefined ? {} : { saved }),
        resume: flags.resume === true,
        ...(flags.step === true ? { ask: stepwise() } : {}),
        approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
      } satisfies PairRun
      const words = seedWords(flags)
      if (fleet !== null) {
        const { refuseForFleet, runFleet } = await import('./fleet-playbook.ts')
        if (flags.step === true) refuseForFleet(file, fleet, '--step')
        if (flags.resume === true) refuseForFleet(file, fleet, '--resume')
        if (words !== null) refuseForFleet(file, fleet, '--seed-from')
        if (flags.takeOverKeepalived === true) refuseForFleet(file, fleet, '--take-over-keepalived')
        const saves = flags.plan === undefined ? {} : { savedIn: flags.plan }
        process.exitCode = await runFleet(fleet, { ...run, ...saves })
        return
      }
      if (words === null) return untilCancelled(() => runPair(run))
      const { provisionSeeded } = await import('./provision-seeded.ts')
      return untilCancelled(() => provisionSeeded(run, words))
    })
}
