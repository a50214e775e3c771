import { parseArgs } from 'node:util'
import { type FlavourName, flavourNamed } from '../../../src/lab/flavour.ts'
import { FAULT_NAMES, type FaultName } from './faults.ts'
import { SIDES, type Side } from './sides.ts'

export interface Options {
  readonly server: FlavourName
  readonly faults: readonly FaultName[]
  readonly sides: readonly Side[]
  /** How often each fault is repeated; where it is not said: as `runsOf` says. */
  readonly runs: Readonly<Partial<Record<FaultName, number>>>
  /** The lab, and whether it stays up at the end. */
  readonly name: string
  readonly keep: boolean
  readonly profile: boolean
  /** Each writes RATE times a second. On one machine for all, their logging in again is a part of what is measured. */
  readonly clients: number
  /**
   * The clients' account has not logged in to the standby since its server started: MySQL's caching_sha2_password then
   * asks each client for the whole proof (5,000 rounds of SHA-256), which takes as long as the rest of the failover.
   */
  readonly cold: boolean
  /** After so many minutes it ends, with what was measured by then. */
  readonly minutes: number
}

export const USAGE = `npm run bench:daemon -- --failover [--server mysql-9.7|mariadb-11.8|mariadb-10.11]
  [--only sigkill,switch,stop,hang,power,standby] [--sides ours,wiki,tuned] [--runs N | --runs sigkill=50,switch=20]
  [--clients 4] [--minutes 60] [--cold] [--profile] [--name LAB] [--keep]`

const FULL: Readonly<Record<FaultName, number>> = { sigkill: 50, switch: 20, stop: 20, hang: 3, power: 3, standby: 3 }
const PEERS: Readonly<Record<FaultName, number>> = { sigkill: 6, switch: 5, stop: 5, hang: 2, power: 2, standby: 2 }

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
      cold: { type: 'boolean', default: false },
      clients: { type: 'string', default: '4' },
      minutes: { type: 'string', default: '60' },
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
  const runs = values.runs === undefined ? {} : readRuns(values.runs)
  const minutes = positive('--minutes', values.minutes)
  const clients = positive('--clients', values.clients)
  const { name, keep, profile, cold } = values
  const sides = SIDES.filter((_, index) => wanted.includes(SIDE_WORDS[index] ?? ''))
  return { server: flavourNamed(values.server), faults, sides, runs, name, keep, profile, cold, clients, minutes }
}

/** `20` is for all faults. */
function readRuns(text: string): Options['runs'] {
  if (!text.includes('=')) {
    const each = positive('--runs', text)
    return Object.fromEntries(FAULT_NAMES.map((name) => [name, each]))
  }
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', count = ''] = part.split('=')
      if (!FAULT_NAMES.some((known) => known === name)) throw new RangeError(`no such fault: ${name}\n${USAGE}`)
      return [name, positive('--runs', count)]
    }),
  )
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new RangeError(`${option} wants a number\n${USAGE}`)
}

/** In the order of SIDES. */
const SIDE_WORDS: readonly string[] = ['ours', 'wiki', 'tuned']

export function runsOf(fault: FaultName, side: Side, { runs }: Options): number {
  return runs[fault] ?? (side === SIDES[0] ? FULL : PEERS)[fault]
}
