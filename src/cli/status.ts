import type { Command } from 'commander'
import { EXIT, type ExitCode } from '../events/error.ts'
import { plain } from '../events/renderer.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab, labSshDefaults } from '../lab/inside.ts'
import { PairLines } from './ask-pair.ts'
import { type NodeStatus, type Problem, problemsOf, statusText } from './pair-status.ts'

const HELP = `
Examples:
  mmha status inventory.yml
  mmha status inventory.yml --json | jq .problems

Exit codes: 0 whole: either host may be lost, 1 something is wrong, 3 a host can't be reached
`

/** `mmha status`: both hosts at a glance, and what to do. Reads only, one round trip a host. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .argument('<inventory>', 'YAML file, as `mmha init` writes it')
    .description('who holds the address, does replication run, what is wrong and what to do about it')
    .option('--json', 'what both daemons say, and what is wrong, as one JSON document on stdout')
    .addHelpText('after', HELP)
    .action(async (file: string, { json }: { json?: boolean }) => {
      process.exitCode = await status(file, json === true)
    })
}

async function status(file: string, json: boolean): Promise<number> {
  const inventory = loadInventory(file, { sshDefaults: labSshDefaults })
  const inside = await ensureInLab(
    inventory.masters.map(({ address }) => address),
    plain(process.stderr, false).sink,
  )
  if (inside !== null) return inside
  const lines = await PairLines.open(inventory)
  try {
    const nodes = await lines.ask()
    const problems = problemsOf(nodes, file)
    const exit = exitOf(nodes, problems)
    process.stdout.write(
      json
        ? `${JSON.stringify({ pair: inventory.name, vip: inventory.vip.address, exit, problems, nodes })}\n`
        : statusText(inventory.name, inventory.vip.address, nodes, problems),
    )
    return exit
  } finally {
    await lines.close()
  }
}

function exitOf(nodes: readonly NodeStatus[], problems: readonly Problem[]): ExitCode {
  if (nodes.some(({ problem }) => problem?.kind === 'unreachable')) return EXIT.unreachable
  return problems.length > 0 ? EXIT.failed : EXIT.done
}
