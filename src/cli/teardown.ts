import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { fleet as words } from '../events/messages/fleet.ts'
import type { FleetPair } from '../inventory/fleet.ts'
import { loadInventory } from '../inventory/load.ts'
import { installationRoot } from '../modules/installation-root.ts'
import { approve, untilCancelled } from './approve.ts'
import { limitFleet } from './fleet-limit.ts'
import { fleetOf, forksOption } from './fleet-run.ts'
import { type PairRun, runPair } from './pair-run.ts'
import { acceptNewOption, INVENTORIES, limitOption, pairOption, reachOptions, verboseOption } from './reach-options.ts'

interface TeardownFlags {
  readonly standby: 'replica' | 'alone'
  readonly holder?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly explain?: boolean
  readonly json?: boolean
  readonly verbose?: number
  readonly pair?: string
  readonly acceptNew?: boolean
  readonly limit?: string
  readonly forks?: number
}

const HELP = `
Examples:
  mmha teardown inventory.yml --dry-run           what would go, and what stays
  mmha teardown inventory.yml                     the standby goes on following, read-only
  mmha teardown inventory.yml --standby alone     two servers that know nothing of each other
  mmha teardown fleet/ --limit shop,crm           these of several pairs, one question each
The address goes: clients have to use the holder's own. No data is removed.
`

/** `mmha teardown INVENTORY`: takes mmha off a pair, and leaves working servers. */
export function registerTeardown(program: Command): void {
  program
    .command('teardown')
    .description('take mmha off a pair and leave working servers; their data stays')
    .argument('<inventory>', INVENTORIES)
    .addOption(pairOption())
    .addOption(limitOption())
    .addOption(forksOption())
    .addOption(acceptNewOption())
    .addOption(
      new Option('--standby <as>', 'what the standby becomes: replica follows on, read-only; alone is writable')
        .choices(['replica', 'alone'])
        .default('replica'),
    )
    .option('--holder <host>', 'which host is to take the writes, where neither holds the VIP')
    .option('--dry-run', 'only show what would be done')
    .option('-y, --yes', 'do it without asking')
    .option('--explain', 'also show the exact script of each step')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .addOption(verboseOption('show what the steps print'))
    .addHelpText('after', HELP)
    .action((file: string, flags: TeardownFlags) => untilCancelled(() => teardown(file, flags)))
}

async function teardown(file: string, flags: TeardownFlags): Promise<unknown> {
  const fleet = fleetOf(file, flags)
  if (fleet !== null) return teardownFleet(fleet, file, flags)
  if (flags.limit !== undefined)
    throw new MmhaError(words('fleet.limit-one', { file }), {
      code: 'NAME_PAIRS',
      source: 'user',
      exit: EXIT.invalid,
      where: file,
      hint: words('fleet.limit-one.do'),
    })
  const names = loadInventory(file, reachOptions(flags)).masters.map(({ name }) => name)
  if (flags.holder !== undefined && !names.includes(flags.holder)) {
    throw new MmhaError(`${flags.holder} is no master of ${file}`, {
      code: 'NO_SUCH_HOST',
      source: 'user',
      exit: EXIT.invalid,
      hint: `its masters: ${names.join(', ')}`,
    })
  }
  return runPair(teardownRun(file, flags))
}

function teardownRun(file: string, flags: TeardownFlags) {
  return {
    command: 'teardown',
    file,
    flags: {
      ...flags,
      playbook: join(installationRoot(), 'playbooks', 'teardown.yml'),
      var: { standby: flags.standby, holder: flags.holder ?? null },
    },
    dry: flags.dryRun === true,
    // It is what was asked for: the plan says it before.
    allowRestart: true,
    approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
  } satisfies PairRun
}

/** Only pairs that are named, each whole, each asked for: nobody takes all of a directory down by a slip. */
async function teardownFleet(fleet: readonly FleetPair[], file: string, flags: TeardownFlags): Promise<void> {
  const { refuseForFleet, runFleet } = await import('./fleet-playbook.ts')
  if (flags.holder !== undefined) refuseForFleet(file, fleet, '--holder')
  const names = fleet.map(({ name }) => name)
  const asked = (flags.limit ?? '').split(',').filter((word) => word.trim() !== '')
  if (asked.length === 0 || limitFleet(fleet, flags.limit).some(({ hosts }) => hosts.length > 0))
    throw new MmhaError(words('fleet.teardown', { file, count: names.length, pairs: names.join(', ') }), {
      code: 'NAME_PAIRS',
      source: 'user',
      exit: EXIT.invalid,
      where: file,
      hint: words('fleet.teardown.do', { pair: names[0] ?? 'NAME' }),
    })
  process.exitCode = await runFleet(fleet, teardownRun(file, flags))
}
