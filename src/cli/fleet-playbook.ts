import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { fleet as words } from '../events/messages/fleet.ts'
import type { FleetPair } from '../inventory/fleet.ts'
import { clashError, eachPair, exitOfAll, type FleetFlags, type PairTurn, type Turn } from './fleet-run.ts'
import { fleetTable, outcomeOf } from './fleet-summary.ts'
import type { PairFlags, PairRun } from './pair-run.ts'
import { readPlan } from './plan-file.ts'

export interface FleetRun extends Omit<PairRun, 'saved'> {
  readonly flags: PairFlags & FleetFlags
  /** Steps that are missing are an exit code of their own. */
  readonly pendingExit?: boolean
  /** Folder of plans that were made before, one a pair. */
  readonly savedIn?: string
}

/** Runs a playbook on each pair, each with its own plan, locks, journal and log; then says what came of all. @returns the exit code */
export async function runFleet(fleet: readonly FleetPair[], asked: FleetRun): Promise<number> {
  const { command, flags, out } = asked
  if (out !== undefined) mkdirSync(out, { recursive: true, mode: 0o700 })
  const done = await eachPair(fleet, flags, (turn) => onePair(fleet, asked, turn))
  if ('inside' in done) return done.inside
  const { outcomes, ms } = done
  const exit = exitOfAll(outcomes)
  const { stdout } = process
  if (flags.json === true) {
    const pairs = outcomes.map(({ value: _, ms: own, ...outcome }) => ({ ...outcome, ms: Math.round(own) }))
    stdout.write(`${JSON.stringify({ type: 'fleet', version: 1, command, exit, ms: Math.round(ms), pairs })}\n`)
  } else stdout.write(`${fleetTable(outcomes, ms, { planned: command === 'plan', language: language() })}\n`)
  return exit
}

async function onePair(
  fleet: readonly FleetPair[],
  { savedIn, out, pendingExit, ...asked }: FleetRun,
  { name, inventory, hosts, output, floor }: PairTurn,
): Promise<Turn<null>> {
  const plan = (folder: string) => join(folder, `${name}.plan`)
  // What an earlier plan found must not pass for this one's.
  if (out !== undefined) rmSync(plan(out), { force: true })
  const clash = clashError(fleet, name)
  if (clash !== null) throw clash
  const { runPlaybook } = await import('./pair-playbook.ts')
  const { limit: _, ...flags } = asked.flags
  const run: PairRun = {
    ...asked,
    file: inventory.file,
    flags: hosts.length === 0 ? flags : { ...flags, limit: hosts.join() },
    ...(out === undefined ? {} : { out: plan(out) }),
    ...(savedIn === undefined ? {} : { saved: readPlan(plan(savedIn)) }),
    approve: (request, renderer, signal) =>
      floor.take(() => {
        if (flags.json !== true) process.stderr.write(`\n── ${name}\n`)
        return asked.approve(request, renderer, signal)
      }),
  }
  const result = await runPlaybook(inventory, run, output)
  const pending = pendingExit === true && result.steps.length > 0
  return { exit: pending ? EXIT.pending : EXIT.done, hosts: result.hosts.map(outcomeOf), value: null }
}

/** @throws MmhaError (exit 4) for a flag that only one pair can have */
export function refuseForFleet(file: string, fleet: readonly FleetPair[], flag: string): never {
  const names = fleet.map(({ name }) => name)
  throw new MmhaError(words('fleet.one-pair', { flag, file, count: names.length, pairs: names.join(', ') }), {
    code: 'ONE_PAIR_ONLY',
    source: 'user',
    exit: EXIT.invalid,
    where: file,
    hint: words('fleet.say-which', { pair: names[0] ?? 'NAME' }),
  })
}
