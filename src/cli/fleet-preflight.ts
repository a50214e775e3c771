import { language } from '../events/language.ts'
import { fleet as words } from '../events/messages/fleet.ts'
import type { FleetPair } from '../inventory/fleet.ts'
import { bySeverity, type Finding } from '../modules/preflight/finding.ts'
import { clashError, eachPair, exitOfAll, type FleetFlags } from './fleet-run.ts'
import { closeFindings, exitOfFindings, findingsDocument, findingsText } from './preflight.ts'

/** What stands in the way of each pair, and of pairs beside each other. @returns the exit code, the worst of all */
export async function fleetPreflight(
  fleet: readonly FleetPair[],
  flags: FleetFlags & { readonly detailedExitcode?: boolean },
): Promise<number> {
  const done = await eachPair(fleet, flags, async ({ name, inventory, output }) => {
    const found = await closeFindings(
      inventory,
      (event) => event.code === 'host.unreachable' && output.renderer.sink(event),
    )
    const value = bySeverity([...found, ...shared(fleet, name)])
    const exit = exitOfFindings(value, flags.detailedExitcode === true)
    output.print(
      flags.json === true ? JSON.stringify(findingsDocument(name, value, exit)) : findingsText(value, language()),
    )
    return { exit, hosts: [], value }
  })
  if ('inside' in done) return done.inside
  const { outcomes, ms } = done
  const exit = exitOfAll(outcomes)
  if (flags.json === true) {
    const pairs = outcomes.map(({ pair, exit: own, error }) => ({ pair, exit: own, error }))
    const document = { type: 'fleet', version: 1, command: 'preflight', exit, ms: Math.round(ms), pairs }
    process.stdout.write(`${JSON.stringify(document)}\n`)
  } else {
    const free = outcomes.filter(({ value }) => value?.every(({ severity }) => severity !== 'blocks') === true).length
    process.stdout.write(
      `${words('fleet.free', { well: free, all: outcomes.length, seconds: (ms / 1000).toFixed(2) })[language()]}\n`,
    )
  }
  return exit
}

function shared(fleet: readonly FleetPair[], name: string): Finding[] {
  const clash = clashError(fleet, name)
  if (clash === null) return []
  return [{ code: 'VRID_SHARED', severity: 'blocks', host: null, what: clash.message, todo: clash.hint ?? '' }]
}
