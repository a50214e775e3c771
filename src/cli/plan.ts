import type { Command } from 'commander'
import { EXIT } from '../events/error.ts'
import { fleetOf, forksOption } from './fleet-run.ts'
import { type PairFlags, type PairRun, runPair, withPairFlags } from './pair-run.ts'
import { INVENTORIES } from './reach-options.ts'
import { type SeedFlags, seedWords, withSeedFlags } from './seed-words.ts'

interface PlanFlags extends PairFlags, SeedFlags {
  readonly detailedExitcode?: boolean
  readonly out?: string
  readonly forks?: number
  readonly takeOverKeepalived?: boolean
}

const HELP = `
Examples:
  mmha plan inventory.yml --tags firewall,daemon
  mmha plan inventory.yml --explain             # the exact script and SQL of each step
  mmha plan inventory.yml --out approved.plan   # then: mmha provision inventory.yml --plan approved.plan
  mmha plan inventory.yml --seed-from m1 --overwrite m2   # also what would be copied, and what dropped for it
  mmha plan fleet/ --limit shop,crm             # two of the pairs of a directory
`

/** `mmha plan INVENTORY`: what provision would do, and nothing done. */
export function registerPlan(program: Command): void {
  const command = withPairFlags(
    program
      .command('plan')
      .description('show what provision would change; change nothing')
      .argument('<inventory>', INVENTORIES),
  )
    .option('--detailed-exitcode', 'exit with 2 when there is something to change')
    .option('--take-over-keepalived', 'as with provision: a keepalived that was set up by hand gives way')
    .option('--out <file>', 'also write the plan to this file, for `mmha provision --plan`; no secret is in it')
    .addOption(forksOption())
  withSeedFlags(command, ['out', 'playbook', 'var', 'tags', 'limit', 'from', 'only', 'skip'])
    .addHelpText('after', HELP)
    .action(async (file: string, flags: PlanFlags) => {
      const run = {
        command: 'plan',
        file,
        flags,
        allowRestart: true,
        takeOver: flags.takeOverKeepalived === true,
        ...(flags.out === undefined ? {} : { out: flags.out }),
        approve: () => Promise.resolve(false),
      } satisfies PairRun
      const fleet = fleetOf(file, flags)
      if (fleet !== null) {
        const { refuseForFleet, runFleet } = await import('./fleet-playbook.ts')
        if (seedWords(flags) !== null) refuseForFleet(file, fleet, '--seed-from')
        if (flags.takeOverKeepalived === true) refuseForFleet(file, fleet, '--take-over-keepalived')
        process.exitCode = await runFleet(fleet, { ...run, pendingExit: flags.detailedExitcode === true })
        return
      }
      const pending = await isPending(run, flags)
      if (pending && flags.detailedExitcode === true) process.exitCode = EXIT.pending
    })
}

async function isPending(run: PairRun, flags: PlanFlags): Promise<boolean> {
  const words = seedWords(flags)
  if (words === null) return ((await runPair(run))?.steps.length ?? 0) > 0
  const { planSeeded } = await import('./plan-seeded.ts')
  return planSeeded(run, words)
}
