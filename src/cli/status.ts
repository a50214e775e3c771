import type { Command } from 'commander'
import { EXIT, type ExitCode } from '../events/error.ts'
import { language } from '../events/language.ts'
import { plain } from '../events/renderer.ts'
import { type Inventory, pairWords } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab } from '../lab/inside.ts'
import { PairLines } from './ask-pair.ts'
import { fleetOf, forksOption } from './fleet-run.ts'
import { type NodeStatus, nodeDocument, type Problem, problemDocument, problemsOf, statusText } from './pair-status.ts'
import { acceptNewOption, INVENTORIES, limitOption, pairOption, reachOptions } from './reach-options.ts'

const HELP = `
Examples:
  mmha status inventory.yml
  mmha status inventory.yml --json | jq .problems
  mmha status fleet/                           each pair of a directory: a line for those that are whole

Exit codes: 0 whole: either host may be lost, 1 something is wrong, 3 a host can't be reached; of several pairs the worst
`

interface StatusFlags {
  readonly json?: boolean
  readonly pair?: string
  readonly acceptNew?: boolean
  readonly limit?: string
  readonly forks?: number
}

/** `mmha status`: both hosts at a glance, and what to do. Reads only, one round trip a host. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .argument('<inventory>', INVENTORIES)
    .addOption(pairOption())
    .addOption(limitOption())
    .addOption(forksOption())
    .addOption(acceptNewOption())
    .description('who holds the address, does replication run, what is wrong and what to do about it')
    .option('--json', 'what both daemons say, and what is wrong, as one JSON document on stdout')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: StatusFlags) => {
      process.exitCode = await status(file, flags)
    })
}

async function status(file: string, flags: StatusFlags): Promise<number> {
  const fleet = fleetOf(file, flags)
  if (fleet !== null) return (await import('./fleet-status.ts')).fleetStatus(fleet, flags)
  const inventory = loadInventory(file, reachOptions(flags))
  const inside = await ensureInLab(
    inventory.masters.map(({ address }) => address),
    plain(process.stderr, false).sink,
  )
  if (inside !== null) return inside
  const state = await stateOf(inventory)
  const { nodes, problems, exit } = state
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify(statusDocument(inventory, state))}\n`
      : statusText(inventory.name, inventory.vip.address, nodes, problems, language()),
  )
  return exit
}

/** What both hosts of a pair say, and what is wrong. */
export interface PairState {
  readonly inventory: Inventory
  readonly nodes: readonly NodeStatus[]
  readonly problems: readonly Problem[]
  readonly exit: ExitCode
}

/** Reads only, one round trip a host. */
export async function stateOf(inventory: Inventory): Promise<PairState> {
  const lines = await PairLines.open(inventory)
  try {
    const nodes = await lines.ask()
    const problems = problemsOf(nodes, pairWords(inventory))
    return { inventory, nodes, problems, exit: exitOf(nodes, problems) }
  } finally {
    await lines.close()
  }
}

/** For --json. */
export function statusDocument(
  { name, vip }: Inventory,
  { exit, problems, nodes }: Omit<PairState, 'inventory'>,
): object {
  return { pair: name, vip: vip.address, exit, problems: problems.map(problemDocument), nodes: nodes.map(nodeDocument) }
}

function exitOf(nodes: readonly NodeStatus[], problems: readonly Problem[]): ExitCode {
  if (nodes.some(({ problem }) => problem?.kind === 'unreachable')) return EXIT.unreachable
  return problems.length > 0 ? EXIT.failed : EXIT.done
}
