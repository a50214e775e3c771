import { parseArgs } from 'node:util'
import { type FlavourName, flavourNamed } from '../../../src/lab/flavour.ts'
import { FAULT_NAMES, type FaultName } from './faults.ts'
import { SIDES, type Side } from './sides.ts'

export interface Options {
  readonly server: FlavourName
  readonly faults: readonly FaultName[]
  readonly sides: readonly Side[]
  /** How often each fault is repeated; undefined: as `runsOf` says. */
  readonly runs: number | undefined
  /** The lab, and whether it stays up at the end. */
  readonly name: string
  readonly keep: boolean
  readonly profile: boolean
}

export const USAGE = `npm run bench:daemon -- --failover [--server mysql-9.7|mariadb-11.8|mariadb-10.11]
  [--only sigkill,switch,stop,hang,power] [--sides ours,wiki,tuned] [--runs N] [--profile] [--name LAB] [--keep]`

const FULL: Readonly<Record<FaultName, number>> = { sigkill: 50, switch: 20, stop: 20, hang: 3, power: 3 }
const PEERS: Readonly<Record<FaultName, number>> = { sigkill: 6, switch: 5, stop: 5, hang: 2, power: 2 }

/** @throws RangeError, TypeError with what is wrong */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      failover: { type: 'boolean' },
      server: { type: 'string', default: 'mysql-9.7' },
      only: { type: 'string', default: FAULT_NAMES.join(',') },
      sides: { type: 'string', default: 'ours,wiki,tuned' },
      runs: { type: 'string' },
      name: { type: 'string', default: 'fbench' },
      keep: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  })
  const faults = values.only.split(',').map((word) => {
    const known = FAULT_NAMES.find((name) => name === word)
    if (known === undefined) throw new RangeError(`no such fault: ${word}\n${USAGE}`)
    return known
  })
  const wanted = values.sides.split(',')
  const unknown = wanted.find((word) => !SIDE_WORDS.includes(word))
  if (unknown !== undefined) throw new RangeError(`no such side: ${unknown}\n${USAGE}`)
  const runs = values.runs === undefined ? undefined : Number(values.runs)
  if (runs !== undefined && !(Number.isInteger(runs) && runs >= 1))
    throw new RangeError(`--runs wants a number\n${USAGE}`)
  const { name, keep, profile } = values
  const sides = SIDES.filter((_, index) => wanted.includes(SIDE_WORDS[index] ?? ''))
  return { server: flavourNamed(values.server), faults, sides, runs, name, keep, profile }
}

/** In the order of SIDES. */
const SIDE_WORDS: readonly string[] = ['ours', 'wiki', 'tuned']

export function runsOf(fault: FaultName, side: Side, { runs }: Options): number {
  return runs ?? (side === SIDES[0] ? FULL : PEERS)[fault]
}
