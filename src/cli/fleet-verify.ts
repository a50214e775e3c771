import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { fleet as words } from '../events/messages/fleet.ts'
import type { FleetPair } from '../inventory/fleet.ts'
import { limitFleet } from './fleet-limit.ts'
import { refuseForFleet } from './fleet-playbook.ts'
import { eachPair, exitOfAll } from './fleet-run.ts'
import { drillPair, fleetFlags, type VerifyOptions } from './verify.ts'

/**
 * The drill of pairs that are named, one after the other: nobody breaks all of a directory by a slip. One that fails, or can't
 * be reached, keeps no other from its turn.
 * @returns the exit code, the worst of all
 */
export async function verifyFleet(fleet: readonly FleetPair[], file: string, options: VerifyOptions): Promise<number> {
  if (options.report !== undefined) refuseForFleet(file, fleet, '--report')
  const asked = (options.limit ?? '').split(',').filter((word) => word.trim() !== '')
  if (asked.length === 0 || limitFleet(fleet, options.limit).some(({ hosts }) => hosts.length > 0)) {
    const names = fleet.map(({ name }) => name)
    throw new MmhaError(words('fleet.verify', { file, count: names.length, pairs: names.join(', ') }), {
      code: 'NAME_PAIRS',
      source: 'user',
      exit: EXIT.invalid,
      where: file,
      hint: words('fleet.teardown.do', { pair: names[0] ?? 'NAME' }),
    })
  }
  const done = await eachPair(fleet, fleetFlags(options), async ({ inventory, output }) => {
    const exit = await drillPair(inventory, options, output)
    return { exit, hosts: [], value: null }
  })
  if ('inside' in done) return done.inside
  const { outcomes, ms } = done
  const exit = exitOfAll(outcomes)
  if (options.json === true) {
    const pairs = outcomes.map(({ pair, exit: own, error }) => ({ pair, exit: own, error }))
    const document = { type: 'fleet', version: 1, command: 'verify', exit, ms: Math.round(ms), pairs }
    process.stdout.write(`${JSON.stringify(document)}\n`)
  } else {
    const well = outcomes.filter((one) => one.exit === EXIT.done).length
    const said = words('fleet.verified', { well, all: outcomes.length, seconds: (ms / 1000).toFixed(1) })
    process.stdout.write(`${said[language()]}\n`)
  }
  return exit
}
