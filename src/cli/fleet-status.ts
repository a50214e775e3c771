import { language } from '../events/language.ts'
import { fleet as words } from '../events/messages/fleet.ts'
import type { FleetPair } from '../inventory/fleet.ts'
import { clashError, eachPair, exitOfAll, type FleetFlags } from './fleet-run.ts'
import { holdersOf, statusText } from './pair-status.ts'
import { type PairState, stateOf, statusDocument } from './status.ts'

/** Whole pairs in a line each, the others in full, then how many are whole. @returns the exit code, the worst of all */
export async function fleetStatus(fleet: readonly FleetPair[], flags: FleetFlags): Promise<number> {
  const done = await eachPair(fleet, flags, async ({ name, inventory }) => {
    const state = await stateOf(inventory)
    const clash = clashError(fleet, name)
    const problems = clash === null ? [] : [{ host: null, text: clash.message, hint: clash.hint ?? '' }]
    const value = { ...state, inventory, problems: [...state.problems, ...problems] }
    return { exit: state.exit === 0 && clash !== null ? 1 : state.exit, hosts: [], value }
  })
  if ('inside' in done) return done.inside
  const { outcomes, ms } = done
  const exit = exitOfAll(outcomes)
  const { stdout } = process
  if (flags.json === true) {
    for (const { value, exit: own } of outcomes)
      if (value !== null) stdout.write(`${JSON.stringify({ ...statusDocument(value.inventory, value), exit: own })}\n`)
    const pairs = outcomes.map(({ pair, exit: own, error }) => ({ pair, exit: own, error }))
    stdout.write(
      `${JSON.stringify({ type: 'fleet', version: 1, command: 'status', exit, ms: Math.round(ms), pairs })}\n`,
    )
    return exit
  }
  const width = Math.max(...outcomes.map(({ pair }) => pair.length))
  for (const { pair, value, error } of outcomes) {
    if (value !== null) stdout.write(pairText(pair.padEnd(width), value))
    else stdout.write(`${pair.padEnd(width)}  ! ${error?.message.split('\n', 1)[0] ?? ''}\n`)
  }
  const whole = outcomes.filter(({ exit: own }) => own === 0).length
  stdout.write(
    `${words('fleet.whole', { well: whole, all: outcomes.length, seconds: (ms / 1000).toFixed(2) })[language()]}\n`,
  )
  return exit
}

function pairText(name: string, { inventory, nodes, problems }: PairState): string {
  const vip = inventory.vip.address
  if (problems.length > 0) return statusText(name.trimEnd(), vip, nodes, problems, language())
  return `${name}  ${vip}  ${words('fleet.pair-whole', { holder: holdersOf(nodes).join(' ') })[language()]}\n`
}
