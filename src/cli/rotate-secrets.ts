import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { status as say } from '../events/messages/status.ts'
import { installationRoot } from '../modules/installation-root.ts'
import { approve, untilCancelled } from './approve.ts'
import { runPair } from './pair-run.ts'
import { acceptNewOption, pairOption, verboseOption } from './reach-options.ts'

interface RotateFlags {
  readonly only?: 'replication' | 'role' | 'check' | 'drill'
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly explain?: boolean
  readonly json?: boolean
  readonly verbose?: number
  readonly pair?: string
  readonly acceptNew?: boolean
}

const HELP = `
Examples:
  mmha rotate-secrets inventory.yml
  mmha rotate-secrets inventory.yml --only replication --yes
  mmha rotate-secrets inventory.yml --dry-run --explain   # the exact statements

Where the inventory has replication.password, put the new one there first: then that one is brought in.
Cut short, the same command finishes it.
`

/** `mmha rotate-secrets INVENTORY`: new passwords for mmha's own accounts, while the pair serves. */
export function registerRotateSecrets(program: Command): void {
  program
    .command('rotate-secrets')
    .description("new passwords for mmha's own accounts, without an interruption")
    .argument('<inventory>', 'YAML file, as `mmha init` writes it, or an Ansible inventory')
    .addOption(pairOption())
    .addOption(acceptNewOption())
    .addOption(
      new Option(
        '--only <account>',
        'replication: what the hosts use with each other; role: the daemon on its server; check: the same account as role',
      ).choices(['replication', 'role', 'check', 'drill']),
    )
    .option('--dry-run', 'only show what would be done')
    .option('-y, --yes', 'do it without asking')
    .option('--explain', 'also show the exact script of each step, secrets masked')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .addOption(verboseOption('show what the steps print'))
    .addHelpText('after', HELP)
    .action((file: string, { only, ...flags }: RotateFlags) =>
      untilCancelled(async () => {
        if (only === 'drill') throw drillHasNone()
        return runPair({
          command: 'rotate-secrets',
          file,
          flags: {
            ...flags,
            playbook: join(installationRoot(), 'playbooks', 'rotate-secrets.yml'),
            ...(only === undefined ? {} : { tags: only === 'check' ? 'role' : only }),
          },
          dry: flags.dryRun === true,
          allowRestart: false,
          approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
        })
      }),
    )
}

/** Each `mmha verify` makes its account with a password of its own and drops it: nothing to renew. */
function drillHasNone(): MmhaError {
  return new MmhaError(say('rotate.drill'), {
    code: 'NOTHING_TO_ROTATE',
    source: 'user',
    exit: EXIT.invalid,
    hint: say('rotate.drill.do'),
  })
}
