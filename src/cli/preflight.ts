import type { Command } from 'commander'
import type { Play } from '../engine/play.ts'
import { EXIT, type ExitCode } from '../events/error.ts'
import { plain } from '../events/renderer.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab, labSshDefaults } from '../lab/inside.ts'
import type { Finding } from '../modules/preflight/finding.ts'

const HELP = `
Examples:
  mmha preflight inventory.yml
  mmha preflight inventory.yml --json | jq .findings

Exit codes: 0 nothing blocks, 2 something warns (with --detailed-exitcode), 3 unreachable, 4 invalid input, 5 something blocks
`

interface PreflightFlags {
  readonly json?: boolean
  readonly detailedExitcode?: boolean
}

/** `mmha preflight`: what stands in the way of the pair, each with what to do. Reads only, one look at each host. */
export function registerPreflight(program: Command): void {
  program
    .command('preflight')
    .argument('<inventory>', 'YAML file, as `mmha init` writes it')
    .description('is anything in the way? reads only, and says what to do about each finding')
    .option('--json', 'the findings as one JSON document on stdout')
    .option('--detailed-exitcode', 'exit with 2 when something warns')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: PreflightFlags) => {
      process.exitCode = await preflight(file, flags)
    })
}

async function preflight(file: string, { json, detailedExitcode }: PreflightFlags): Promise<number> {
  const inventory = loadInventory(file, { sshDefaults: labSshDefaults })
  const inside = await ensureInLab(
    inventory.masters.map(({ address }) => address),
    plain(process.stderr, false).sink,
  )
  if (inside !== null) return inside
  const { lookForFindings } = await import('../engine/findings.ts')
  const findings = await lookForFindings(inventory, [await closeLook()], () => undefined)
  const exit = exitOf(findings, detailedExitcode === true)
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ type: 'result', version: 1, command: 'preflight', pair: inventory.name, exit, findings })}\n`
      : findingsText(findings),
  )
  return exit
}

/** The first task of provision.yml, told to look closely also where a pair runs already. */
async function closeLook(): Promise<Play> {
  const { modules } = await import('../modules/registry.ts')
  const module = modules.pair_preflight
  if (module === undefined) throw new Error('no module pair_preflight')
  const task = {
    id: 'preflight',
    name: 'look before touching anything',
    where: 'mmha preflight',
    module,
    notify: [],
    needsFacts: false,
    params: () => ({ close: true }),
    when: () => true,
  }
  return { name: 'preflight', where: 'mmha preflight', hosts: 'masters', serial: false, tasks: [task], handlers: [] }
}

function exitOf(findings: readonly Finding[], detailed: boolean): ExitCode {
  if (findings.some(({ severity }) => severity === 'blocks')) return EXIT.refused
  return detailed && findings.some(({ severity }) => severity === 'warns') ? EXIT.pending : EXIT.done
}

const SEVERITIES = ['blocks', 'warns', 'note'] as const

/** For a terminal: each finding in two lines, and how many there are. */
export function findingsText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ severity, host, code, what, todo }) => [
    `${severity.padEnd(6)}  ${host === null ? '' : `${host}: `}${what}  [${code}]`,
    `        do: ${todo}`,
  ])
  const counts = SEVERITIES.flatMap((severity) => {
    const many = findings.filter((finding) => finding.severity === severity).length
    if (many === 0) return []
    return severity === 'note' ? [`${many} ${many === 1 ? 'note' : 'notes'}`] : [`${many} ${severity}`]
  })
  return `${[...lines, counts.length === 0 ? 'nothing is in the way' : counts.join(', ')].join('\n')}\n`
}
