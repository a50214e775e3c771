import type { Command } from 'commander'
import { type Language, language } from '../events/language.ts'
import { joined, type Text } from '../events/message.ts'
import { plans as say } from '../events/messages/plans.ts'
import { title } from '../events/messages/titles.ts'
import { plain } from '../events/renderer.ts'
import { spoken } from '../events/spoken.ts'
import { together } from '../events/together.ts'
import type { FleetPair } from '../inventory/fleet.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab } from '../lab/inside.ts'
import type { HostRun } from '../modules/run-records.ts'
import { eachPair, exitOfAll, fleetOf, forksOption } from './fleet-run.ts'
import { acceptNewOption, INVENTORIES, limitOption, pairOption, reachOptions } from './reach-options.ts'

interface RunsFlags {
  readonly json?: boolean
  readonly steps?: boolean
  readonly pair?: string
  readonly acceptNew?: boolean
  readonly limit?: string
  readonly forks?: number
}

const HELP = `
Examples:
  mmha runs inventory.yml            newest first: when, who, what came of it
  mmha runs inventory.yml --steps    and each step
  mmha runs fleet/                   of each pair of a directory
`

/** `mmha runs INVENTORY`: what mmha did to the pair, as the hosts remember it. */
export function registerRuns(program: Command): void {
  program
    .command('runs')
    .description('what mmha did to the pair: when, by whom, with what result')
    .argument('<inventory>', INVENTORIES)
    .addOption(pairOption())
    .addOption(limitOption())
    .addOption(forksOption())
    .addOption(acceptNewOption())
    .option('--steps', 'also each step')
    .option('--json', 'as one JSON document')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: RunsFlags) => {
      const fleet = fleetOf(file, flags)
      if (fleet !== null) {
        process.exitCode = await fleetRuns(fleet, flags)
        return
      }
      const inventory = loadInventory(file, reachOptions(flags))
      const inside = await ensureInLab(
        inventory.masters.map(({ address }) => address),
        plain(process.stderr, false).sink,
      )
      if (inside !== null) {
        process.exitCode = inside
        return
      }
      const found = await runsOf(inventory)
      if (flags.json === true) process.stdout.write(`${JSON.stringify({ type: 'runs', version: 1, hosts: found })}\n`)
      else for (const line of runLines(found, flags.steps === true)) process.stdout.write(`${line}\n`)
    })
}

/** What both hosts of a pair remember. @throws MmhaError (exit 3) when one can't be reached */
export async function runsOf({ masters }: Inventory): Promise<readonly RunsOfHost[]> {
  const { hostRuns } = await import('./host-runs.ts')
  const asked = await Promise.allSettled(masters.map(async (host) => ({ host: host.name, runs: await hostRuns(host) })))
  const errors = asked.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
  if (errors.length > 0) throw together(errors)
  return asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

/** The runs of each pair under its name. @returns the exit code, the worst of all */
async function fleetRuns(fleet: readonly FleetPair[], flags: RunsFlags): Promise<number> {
  const done = await eachPair(fleet, flags, async ({ inventory }) => {
    return { exit: 0, hosts: [], value: await runsOf(inventory) }
  })
  if ('inside' in done) return done.inside
  const exit = exitOfAll(done.outcomes)
  for (const { pair, value } of done.outcomes) {
    if (value === null) continue
    const lines = runLines(value, flags.steps === true)
    const document = { type: 'runs', version: 1, pair, hosts: value }
    process.stdout.write(flags.json === true ? `${JSON.stringify(document)}\n` : `── ${pair}\n${lines.join('\n')}\n`)
  }
  if (flags.json === true) {
    const pairs = done.outcomes.map(({ pair, exit: own, error }) => ({ pair, exit: own, error }))
    const document = { type: 'fleet', version: 1, command: 'runs', exit, ms: Math.round(done.ms), pairs }
    process.stdout.write(`${JSON.stringify(document)}\n`)
  }
  return exit
}

export interface RunsOfHost {
  readonly host: string
  readonly runs: readonly HostRun[]
}

/** One paragraph a run, newest first. */
export function runLines(found: readonly RunsOfHost[], steps: boolean, own: Language = language()): string[] {
  const runs = found.flatMap(({ host, runs }) => runs.map((run) => ({ host, run })))
  const ids = [...new Set(runs.map(({ run }) => run.id))].sort().reverse()
  if (ids.length === 0) return [say('runs.none')[own]]
  return ids.flatMap((id) => {
    const on = runs.filter(({ run }) => run.id === id)
    const [first] = on
    if (first === undefined) return []
    const { command, by, started } = first.run
    const head = `${id}  ${command}  ${started.slice(0, 19).replace('T', ' ')} UTC  ${by}`
    const of = ({ host, run }: (typeof on)[number]) => say('runs.step', { what: host, state: outcome(run) })[own]
    return [head, ...on.flatMap((one) => [`  ${of(one)}`, ...(steps ? stepLines(one.run, own) : [])])]
  })
}

function outcome({ steps, rolledBack }: HostRun): Text {
  const done = steps.filter(({ status }) => status === 0).length
  const failed = steps.filter(({ status }) => status !== null && status !== 0)
  const cut = steps.filter(({ status }) => status === null)
  return joined(
    [
      say('runs.steps', { count: done }),
      ...failed.map((step) => say('runs.failed', { what: title(step.title) })),
      ...cut.map((step) => say('runs.not-ended', { what: title(step.title) })),
      ...(rolledBack ? [say('runs.rolled-back')] : []),
    ],
    'clause',
  )
}

function stepLines({ steps }: HostRun, own: Language): string[] {
  return steps.map(({ title: what, none, status, undone }) => {
    const state =
      status === null
        ? say('runs.step-not-ended')
        : status === 0
          ? say('runs.step-done')
          : say('runs.step-failed', { status })
    const back = undone
      ? [say('runs.taken-back')]
      : none === null || none === ''
        ? []
        : [say('runs.no-way-back', { why: spoken(none) })]
    return `    ${say('runs.step', { what: title(what), state: joined([state, ...back], 'clause') })[own]}`
  })
}
