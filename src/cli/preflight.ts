import type { Command } from 'commander'
import type { Play } from '../engine/play.ts'
import { EXIT, type ExitCode } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import { type Language, language } from '../events/language.ts'
import { inLanguage, joined } from '../events/message.ts'
import { preflight as say, finding as shown } from '../events/messages/findings.ts'
import { frame } from '../events/messages/frame.ts'
import { plain } from '../events/renderer.ts'
import { columns, padColumns } from '../events/width.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab } from '../lab/inside.ts'
import type { Finding } from '../modules/preflight/finding.ts'
import { fleetOf, forksOption } from './fleet-run.ts'
import { acceptNewOption, INVENTORIES, limitOption, pairOption, reachOptions } from './reach-options.ts'

const HELP = `
Examples:
  mmha preflight inventory.yml
  mmha preflight inventory.yml --json | jq .findings

Exit codes: 0 nothing blocks, 2 something warns (with --detailed-exitcode), 3 unreachable, 4 invalid input, 5 something blocks; of several pairs the worst
`

interface PreflightFlags {
  readonly json?: boolean
  readonly detailedExitcode?: boolean
  readonly acceptNew?: boolean
  readonly pair?: string
  readonly limit?: string
  readonly forks?: number
}

/** `mmha preflight`: what stands in the way of the pair, each with what to do. Reads only, one look at each host. */
export function registerPreflight(program: Command): void {
  program
    .command('preflight')
    .argument('<inventory>', INVENTORIES)
    .addOption(pairOption())
    .addOption(limitOption())
    .addOption(forksOption())
    .description('is anything in the way? reads only, and says what to do about each finding')
    .option('--json', 'the findings as one JSON document on stdout')
    .option('--detailed-exitcode', 'exit with 2 when something warns')
    .addOption(acceptNewOption())
    .addHelpText('after', HELP)
    .action(async (file: string, flags: PreflightFlags) => {
      process.exitCode = await preflight(file, flags)
    })
}

async function preflight(file: string, flags: PreflightFlags): Promise<number> {
  const { json, detailedExitcode } = flags
  const fleet = fleetOf(file, flags)
  if (fleet !== null) return (await import('./fleet-preflight.ts')).fleetPreflight(fleet, flags)
  const inventory = loadInventory(file, reachOptions(flags))
  const inside = await ensureInLab(
    inventory.masters.map(({ address }) => address),
    plain(process.stderr, false).sink,
  )
  if (inside !== null) return inside
  const findings = await closeFindings(inventory)
  const exit = exitOfFindings(findings, detailedExitcode === true)
  process.stdout.write(
    json === true
      ? `${JSON.stringify(findingsDocument(inventory.name, findings, exit))}\n`
      : findingsText(findings, language()),
  )
  return exit
}

/** For --json. */
export function findingsDocument(pair: string, findings: readonly Finding[], exit: number): object {
  return { type: 'result', version: 1, command: 'preflight', pair, exit, findings }
}

/** Looks at both hosts, closely. @throws MmhaError */
export async function closeFindings(inventory: Inventory, sink: Sink = () => undefined): Promise<readonly Finding[]> {
  const { lookForFindings } = await import('../engine/findings.ts')
  return lookForFindings(inventory, [await closeLook()], sink)
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
    register: null,
    needsFacts: false,
    params: () => ({ close: true }),
    when: () => true,
  }
  return { name: 'preflight', where: 'mmha preflight', hosts: 'masters', serial: false, tasks: [task], handlers: [] }
}

export function exitOfFindings(findings: readonly Finding[], detailed: boolean): ExitCode {
  if (findings.some(({ severity }) => severity === 'blocks')) return EXIT.refused
  return detailed && findings.some(({ severity }) => severity === 'warns') ? EXIT.pending : EXIT.done
}

const SEVERITIES = ['blocks', 'warns', 'note'] as const
const COUNTED = { blocks: 'preflight.blocking', warns: 'preflight.warning', note: 'preflight.notes' } as const

/** For a terminal: each finding in two lines, and how many there are. */
export function findingsText(findings: readonly Finding[], own: Language = 'en'): string {
  const width = Math.max(...SEVERITIES.map((severity) => columns(say(`preflight.${severity}`)[own])))
  const lines = findings.flatMap(({ severity, host, code, what, todo }) => [
    `${padColumns(say(`preflight.${severity}`)[own], width)}  ${host === null ? '' : `${host}: `}${inLanguage(shown(what), own)}  [${code}]`,
    `${' '.repeat(width)}${frame('error.do', { what: shown(todo) })[own]}`,
  ])
  const counts = SEVERITIES.flatMap((severity) => {
    const many = findings.filter((finding) => finding.severity === severity).length
    return many === 0 ? [] : [say(COUNTED[severity], { count: many })]
  })
  return `${[...lines, inLanguage(counts.length === 0 ? say('preflight.clear') : joined(counts, 'clause'), own)].join('\n')}\n`
}
