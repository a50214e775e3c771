import { setMaxListeners } from 'node:events'
import { Option } from 'commander'
import type { Interrupt } from '../engine/interruption.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { fleet as words } from '../events/messages/fleet.ts'
import { frame } from '../events/messages/frame.ts'
import { plain } from '../events/renderer.ts'
import { clashesOf, type FleetPair, loadFleet } from '../inventory/fleet.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { ensureInLab, labOf } from '../lab/inside.ts'
import { describeFailure } from './failure.ts'
import { type LimitedPair, limitFleet } from './fleet-limit.ts'
import { Floor, HeldOutput, pairRenderer } from './fleet-output.ts'
import { type HostOutcome, type PairOutcome, Tally, worstExit } from './fleet-summary.ts'
import { interruptible } from './interruptible.ts'
import type { PairOutput } from './pair-output.ts'
import { reachOptions } from './reach-options.ts'
import { wholeNumber } from './whole-number.ts'

/** Pairs at a time: two hosts each, a login of each is 5 ms of computing here, and then they are waited for. */
const FORKS = 10
const MOST_FORKS = 200

export interface FleetFlags {
  readonly pair?: string
  readonly acceptNew?: boolean
  readonly forks?: number
  readonly limit?: string
  readonly json?: boolean
  readonly verbose?: number
}

/** Flag of the commands that go over all pairs of a directory or a list. */
export function forksOption(): Option {
  return new Option('--forks <n>', 'of several pairs, work on so many at a time')
    .argParser(wholeNumber(1, MOST_FORKS))
    .default(FORKS)
}

/** A pair in its turn. */
export interface PairTurn {
  readonly name: string
  readonly inventory: Inventory
  /** Of `--limit`; []: all. */
  readonly hosts: readonly string[]
  readonly output: PairOutput
  /** One question at a time. */
  readonly floor: Floor
}

/** What a command did with one pair. */
export interface Turn<T> {
  readonly exit: number
  readonly hosts: readonly HostOutcome[]
  readonly value: T
}

/** The pairs that a command is for; null: the inventory is that of one pair. @throws MmhaError (exit 4) */
export function fleetOf(file: string, flags: FleetFlags): readonly FleetPair[] | null {
  return flags.pair === undefined ? loadFleet(file, reachOptions(flags)) : null
}

/**
 * Does the same with each pair, several at a time; one that fails keeps no other from its turn, and says so at once.
 * @returns what came of each, in the inventory's order; null: handed on into a lab's network, with this exit code
 */
export async function eachPair<T>(
  fleet: readonly FleetPair[],
  flags: FleetFlags,
  work: (turn: PairTurn) => Promise<Turn<T>>,
): Promise<
  | { readonly inside: number }
  | { readonly outcomes: readonly (PairOutcome & { readonly value: T | null })[]; readonly ms: number }
> {
  const chosen = limitFleet(fleet, flags.limit)
  const inside = await handedOn(fleet)
  if (inside !== null) return { inside }
  const begin = performance.now()
  const own = language()
  const mark = frame('error.mark')[own]
  const { json = false, verbose = 0 } = flags
  const [stdout, stderr] = [new HeldOutput(process.stdout), new HeldOutput(process.stderr)]
  const floor = new Floor([stdout, stderr])
  const one = async ({ pair, hosts }: LimitedPair, interrupt: Interrupt) => {
    const { name } = pair
    const from = performance.now()
    const tally = new Tally()
    const renderer = pairRenderer(name, { json, verbose, stdout, stderr })
    const output: PairOutput = {
      renderer: {
        ...renderer,
        sink: (event) => {
          tally.hear(event)
          renderer.sink(event)
        },
      },
      print: (text) => stdout.write(json ? `${text}\n` : headed(name, text)),
      note: (text) => stderr.write(`${text.replaceAll(/^(?=.)/gm, `${name}: `)}\n`),
      fleet: { interrupt },
    }
    try {
      if (floor.left || interrupt.stop.aborted || interrupt.now.aborted) throw notBegun()
      if (pair.inventory === null) throw pair.error
      const done = await work({ name, inventory: pair.inventory, hosts, output, floor })
      return { pair: name, ms: performance.now() - from, error: null, ...done }
    } catch (error) {
      const failure = describeFailure(error, (process.env.MMHA_DEBUG ?? '') !== '', own)
      if (json) stdout.write(`${JSON.stringify({ pair: name, ...failure.document })}\n`)
      const said = failure.text.replace(mark, '').replace(/^(?=\S)/gm, `${mark}${name}: `)
      stderr.write(`${said}\n`)
      const { exit } = failure
      const { code, message, host } = { code: 'BUG', message: String(error), host: undefined, ...parts(error) }
      const names = pair.inventory === null ? [] : pair.inventory.masters.map((master) => master.name)
      const counted = tally.of(names, host ?? null, exit === EXIT.unreachable)
      return {
        pair: name,
        exit,
        ms: performance.now() - from,
        error: { code, message, host: host ?? null },
        hosts: counted,
        value: null,
      }
    }
  }
  const outcomes = await interruptible((interrupt) => {
    // Each pair listens.
    for (const signal of [interrupt.stop, interrupt.now]) setMaxListeners(0, signal)
    return inTurns(chosen, flags.forks ?? FORKS, (pair) => one(pair, interrupt))
  })
  return { outcomes, ms: performance.now() - begin }
}

/** The worst exit code of all. */
export function exitOfAll(outcomes: readonly { readonly exit: number }[]): number {
  return worstExit(outcomes.map(({ exit }) => exit))
}

/** What keeps a pair from being touched: another of its network has its router id; null: nothing. */
export function clashError(fleet: readonly FleetPair[], pair: string): MmhaError | null {
  const clash = clashesOf(fleet).find(({ pairs }) => pairs.includes(pair))
  if (clash === undefined) return null
  const { virtualRouterId, free, pairs } = clash
  const other = pairs.find((name) => name !== pair)
  return new MmhaError(words('fleet.vrid', { id: virtualRouterId, other: other ?? '' }), {
    code: 'VRID_SHARED',
    source: 'user',
    exit: EXIT.refused,
    hint: words('fleet.vrid.do', { free }),
  })
}

function parts(error: unknown): {
  readonly code?: string
  readonly message?: string
  readonly host?: string | undefined
} {
  if (error instanceof MmhaError) return { code: error.code, message: error.message, host: error.host }
  return error instanceof Error ? { message: error.message } : {}
}

function notBegun(): MmhaError {
  return new MmhaError(words('fleet.not-begun'), {
    code: 'INTERRUPTED',
    source: 'user',
    exit: EXIT.cancelled,
    hint: words('fleet.again'),
  })
}

/** A line of one pair; of more lines it is the heading. */
function headed(pair: string, text: string): string {
  const lines = text.trimEnd()
  return lines.includes('\n') ? `── ${pair}\n${lines}\n` : `${pair}: ${lines}\n`
}

/** Results in the order of the items, whatever the order in which they come. */
async function inTurns<T, R>(items: readonly T[], forks: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at]
      if (item !== undefined) results[at] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(forks, items.length) }, worker))
  return results
}

/** Pairs of a running lab are reached in its network, and no other pair is then. */
async function handedOn(fleet: readonly FleetPair[]): Promise<number | null> {
  const addresses = fleet.flatMap(({ inventory }) =>
    inventory === null ? [] : [inventory.masters.map(({ address }) => address)],
  )
  const labs = new Map(
    addresses.flatMap((one) => {
      const lab = labOf(one)
      return lab === null ? [] : [[lab.name, one] as const]
    }),
  )
  const [first, other] = labs.values()
  if (first === undefined) return null
  if (other === undefined) return ensureInLab(first, plain(process.stderr, false).sink)
  throw new MmhaError(`the pairs are hosts of several labs: ${[...labs.keys()].join(', ')}`, {
    code: 'LAB_AMBIGUOUS',
    source: 'user',
    exit: EXIT.invalid,
    hint: 'give the inventories of one lab, or choose a pair with --pair',
  })
}
