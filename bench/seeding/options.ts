import { parseArgs } from 'node:util'

export const SERVERS = ['mysql-9.7', 'mariadb-11.8', 'mariadb-10.11'] as const
export type Server = (typeof SERVERS)[number]
export type Way = 'clone' | 'backup' | 'dump'

export interface Options {
  readonly server: Server
  /** Of rows, about. */
  readonly mb: number
  /** Of each side, in turn. */
  readonly runs: number
  /** No run begins after so many. */
  readonly minutes: number
  /** MB/s for one more run of each way, to see whether the rate is kept; null: none. */
  readonly throttle: number | null
}

export const USAGE = `npm run bench:seeding -- [--server ${SERVERS.join('|')}] [--mb 250] [--runs 2] [--minutes 12] [--throttle MB/s]`

/** @throws Error with the usage */
export function readOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      server: { type: 'string', default: 'mysql-9.7' },
      mb: { type: 'string', default: '250' },
      runs: { type: 'string', default: '2' },
      minutes: { type: 'string', default: '12' },
      throttle: { type: 'string' },
    },
  })
  const server = SERVERS.find((one) => one === values.server)
  const [mb, runs, minutes] = [values.mb, values.runs, values.minutes].map(Number)
  const throttle = values.throttle === undefined ? null : Number(values.throttle)
  if (server === undefined || !isPositive(mb) || !isPositive(runs) || !isPositive(minutes)) throw new Error(USAGE)
  if (throttle !== null && !isPositive(throttle)) throw new Error(USAGE)
  return { server, mb, runs, minutes, throttle }
}

function isPositive(value: number | undefined): value is number {
  return value !== undefined && value > 0
}
