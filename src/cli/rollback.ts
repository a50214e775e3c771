import type { Command } from 'commander'
import { approve, untilCancelled } from './approve.ts'
import { runPair } from './pair-run.ts'

interface RollbackFlags {
  readonly later?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly allowRestart?: boolean
  readonly explain?: boolean
  readonly json?: boolean
  readonly verbose?: boolean
}

const HELP = `
Examples:
  mmha rollback inventory.yml 20261121T120342Z-a1b2 --dry-run   what would be taken back, and what stays
  mmha rollback inventory.yml 20261121T120342Z-a1b2
  mmha rollback inventory.yml 20261121T120342Z-a1b2 --later     with all runs after it
\`mmha runs inventory.yml\` has the ids. A rollback that was interrupted is finished by the same command.
`

/** `mmha rollback INVENTORY RUN`: takes a run back, the last step first. */
export function registerRollback(program: Command): void {
  program
    .command('rollback')
    .description('take a run back: files, units, firewall rules, accounts, channels; say what stays')
    .argument('<inventory>', 'YAML file, as `mmha init` writes it')
    .argument('<run>', 'its id, as `mmha runs` shows it')
    .option('--later', 'also all runs after it, the newest first')
    .option('--dry-run', 'only show what would be taken back')
    .option('-y, --yes', 'do it without asking')
    .option('--allow-restart', 'also stop or restart what runs on the host that holds the VIP')
    .option('--explain', 'also show the exact script of each step')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .option('-v, --verbose', 'show what the steps print')
    .addHelpText('after', HELP)
    .action((file: string, run: string, flags: RollbackFlags) =>
      untilCancelled(() =>
        runPair({
          command: 'rollback',
          file,
          flags,
          playbook: playbookFor(run, flags.later === true),
          dry: flags.dryRun === true,
          allowRestart: flags.allowRestart === true || flags.dryRun === true,
          approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
        }),
      ),
    )
}

/** The standby first: a daemon that is stopped there moves nothing. */
function playbookFor(run: string, later: boolean): string {
  const params = JSON.stringify({ run, later })
  return `[{ name: rollback, hosts: masters, serial: true, tasks: [{ name: take back, run_undo: ${params} }] }]`
}
