import { parseArgs } from 'node:util'

export type ToolName = 'mmha' | 'ansible' | 'mitogen'
export const TOOLS: readonly ToolName[] = ['mmha', 'ansible', 'mitogen']

export interface Options {
  /** ms there and back. */
  readonly roundTrips: readonly number[]
  /** Of runs with nothing to change, and of plans, for each tool and distance. */
  readonly runs: number
  /** Also measure the first run, on fresh hosts, once for each tool and distance. */
  readonly first: boolean
  readonly tools: readonly ToolName[]
  /** After so long nothing new is begun. */
  readonly minutes: number
  /** Leave the labs up. */
  readonly keep: boolean
}

export const HELP = `npm run bench:provision -- [options]
  --rtt LIST       ms of round trip, separated by commas (0,20,50)
  --runs N         runs with nothing to change, and plans, of each tool at each distance (5)
  --no-first       leave out the first run on fresh hosts
  --tools LIST     of mmha,ansible,mitogen (all that are installed)
  --minutes N      nothing new is begun after that (40)
  --keep           leave the labs up
`

/** @throws RangeError: what is wrong with them */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    allowNegative: true,
    options: {
      rtt: { type: 'string', default: '0,20,50' },
      runs: { type: 'string', default: '5' },
      first: { type: 'boolean', default: true },
      tools: { type: 'string', default: TOOLS.join(',') },
      minutes: { type: 'string', default: '40' },
      keep: { type: 'boolean', default: false },
    },
  })
  return {
    roundTrips: values.rtt.split(',').map((text) => whole('--rtt', text, 0, 2000)),
    runs: whole('--runs', values.runs, 1, 1000),
    first: values.first,
    tools: values.tools.split(',').map(toolNamed),
    minutes: whole('--minutes', values.minutes, 1, 600),
    keep: values.keep,
  }
}

function whole(what: string, text: string, least: number, most: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new RangeError(`${what} ${text}: give whole numbers from ${least} to ${most}`)
}

function toolNamed(text: string): ToolName {
  const found = TOOLS.find((name) => name === text)
  if (found === undefined) throw new RangeError(`--tools ${text}: there are ${TOOLS.join(', ')}`)
  return found
}
