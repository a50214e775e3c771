import { type Command, Option } from 'commander'
import { EXIT } from '../events/error.ts'
import { language } from '../events/language.ts'
import { plans } from '../events/messages/plans.ts'
import { loadInventory } from '../inventory/load.ts'

import { approve, untilCancelled } from './approve.ts'
import { type PairFlags, resumeOption, runPair, seconds, withPartFlags } from './pair-run.ts'
import { pairOption, reachOptions } from './reach-options.ts'
import { stepwise } from './stepwise.ts'

interface RunFlags extends PairFlags {
  readonly inventory: string
  readonly dryRun?: boolean
  readonly detailedExitcode?: boolean
  readonly yes?: boolean
  readonly step?: boolean
  readonly allowRestart?: boolean
  readonly lockWait?: number
  readonly resume?: boolean
}

interface CheckFlags {
  readonly inventory?: string
  readonly pair?: string
  readonly json?: boolean
}

const RUN_HELP = `
Examples:
  mmha playbook run time.yml -i inventory.yml --dry-run     what it would change
  mmha playbook run time.yml -i inventory.yml               look, show, ask, apply, look again
  mmha playbook run time.yml -i inventory.yml --yes --json  for scripts
  mmha playbook run time.yml -i inventory.yml --var server=10.0.0.9
To have a plan approved first: mmha plan inventory.yml --playbook time.yml --out approved.plan
`

const CHECK_HELP = `
Examples:
  mmha playbook check time.yml
  mmha playbook check time.yml -i inventory.yml   also what it takes from the inventory, for each host
Every mistake has its file:line:column; nothing is connected to. Exit codes: 0 nothing wrong, 4 something is
`

/** `mmha playbook check FILE`, `mmha playbook run FILE`: the user's own plays with the engine of provision. */
export function registerPlaybook(program: Command): void {
  const playbook = program.command('playbook').description('check and run playbooks of your own')
  playbook
    .command('check')
    .description('say all that is wrong with a playbook; no host is touched')
    .argument('<file>', 'the playbook')
    .option('-i, --inventory <file>', 'also fill in its expressions from this inventory')
    .addOption(pairOption())
    .option('--json', 'the result as JSON on stdout')
    .addHelpText('after', CHECK_HELP)
    .action(check)
  withPartFlags(
    playbook
      .command('run')
      .description('run a playbook on a pair: plan, show, ask, apply, look again')
      .argument('<file>', 'the playbook')
      .requiredOption('-i, --inventory <file>', 'YAML file, as `mmha init` writes it, or an Ansible inventory'),
  )
    .option('--dry-run', 'only show what would be done')
    .option('--detailed-exitcode', 'with --dry-run: exit with 2 when there is something to change')
    .option('-y, --yes', 'apply the plan without asking')
    .addOption(resumeOption(['dryRun']))
    .addOption(new Option('--step', 'ask before each step').conflicts(['yes', 'json']))
    .option('--allow-restart', 'also restart what runs on the host that holds the VIP')
    .addOption(new Option('--lock-wait <s>', 'wait so long for another run on these hosts').argParser(seconds))
    .addHelpText('after', RUN_HELP)
    .action((file: string, flags: RunFlags) => untilCancelled(() => run(file, flags)))
}

async function run(playbook: string, flags: RunFlags): Promise<void> {
  const dry = flags.dryRun === true
  const result = await runPair({
    command: 'playbook run',
    file: flags.inventory,
    flags: { ...flags, playbook },
    dry,
    resume: flags.resume === true,
    allowRestart: flags.allowRestart === true || dry,
    ...(flags.lockWait === undefined ? {} : { lockWait: flags.lockWait }),
    ...(flags.step === true ? { ask: stepwise() } : {}),
    approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
  })
  if (dry && flags.detailedExitcode === true && (result?.steps.length ?? 0) > 0) process.exitCode = EXIT.pending
}

async function check(file: string, flags: CheckFlags): Promise<void> {
  const [{ loadPlaybook }, { checkPlays }, { modules }] = await Promise.all([
    import('../playbook/load.ts'),
    import('../playbook/check.ts'),
    import('../modules/registry.ts'),
  ])
  const plays = loadPlaybook(file, { modules, tags: [] })
  if (flags.inventory !== undefined) checkPlays(plays, loadInventory(flags.inventory, reachOptions(flags)))
  const tasks = plays.reduce((sum, play) => sum + play.tasks.length + play.handlers.length, 0)
  if (flags.json === true) {
    const document = { type: 'result', version: 1, command: 'playbook check', file, plays: plays.length, tasks }
    process.stdout.write(`${JSON.stringify(document)}\n`)
  } else process.stdout.write(`${plans('playbook.right', { file, plays: plays.length, tasks })[language()]}\n`)
}
