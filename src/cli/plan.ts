import type { Command } from 'commander'
import { EXIT } from '../events/error.ts'
import { type PairFlags, runPair, withPairFlags } from './pair-run.ts'

interface PlanFlags extends PairFlags {
  readonly detailedExitcode?: boolean
  readonly out?: string
}

const HELP = `
Examples:
  mmha plan inventory.yml --tags firewall,daemon
  mmha plan inventory.yml --explain             # the exact script and SQL of each step
  mmha plan inventory.yml --out approved.plan   # then: mmha provision inventory.yml --plan approved.plan
`

/** `mmha plan INVENTORY`: what provision would do, and nothing done. */
export function registerPlan(program: Command): void {
  withPairFlags(
    program
      .command('plan')
      .description('show what provision would change; change nothing')
      .argument('<inventory>', 'YAML file, as `mmha init` writes it'),
  )
    .option('--detailed-exitcode', 'exit with 2 when there is something to change')
    .option('--out <file>', 'also write the plan to this file, for `mmha provision --plan`; no secret is in it')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: PlanFlags) => {
      const result = await runPair({
        command: 'plan',
        file,
        flags,
        allowRestart: true,
        ...(flags.out === undefined ? {} : { out: flags.out }),
        approve: () => Promise.resolve(false),
      })
      if (result === null) return
      if (result.steps.length > 0 && flags.detailedExitcode === true) process.exitCode = EXIT.pending
    })
}
