import { EXIT, MmhaError } from '../events/error.ts'
import type { Connection } from '../hosts/connection.ts'
import { SQL_FUNCTIONS } from '../modules/mysql-client.ts'
import { sh } from '../modules/step.ts'
import { asRootOn } from './remote.ts'
import type { Pair } from './verify.ts'

/** Bytes of the data directory without logs, and what is free beside it. */
const MEASURE = sh`${SQL_FUNCTIONS}datadir=$(sql --execute='SELECT @@GLOBAL.datadir')
datadir=\${datadir%/}
logs=$(sql --execute='SELECT @@GLOBAL.log_bin_basename')
find "$datadir/" -path "$datadir/.mmha-*" -prune -o -type f ! -path "$logs.*" ! -name '*relay-bin.*' -printf '%s\n' |
  awk '{ sum += $1 } END { printf "%d ", sum }'
df --output=avail -B1 "$datadir" | tail -n 1
`

/** Bytes of a server's files, about: how much a copy of them is. */
export async function dataSize(connection: Connection): Promise<number> {
  return Number((await asRootOn(connection, 'measure its data', MEASURE)).trim().split(/\s+/)[0])
}

/** What comes while the copy is made, and InnoDB's own room to work in. */
const MARGIN = 1.1

/**
 * @param old `kept`: the target's data stays until the copy is proven; `replaced`: it makes room first
 * @throws MmhaError (exit 5) with the numbers
 */
export async function requireRoom({ source, target }: Pair, old: 'kept' | 'replaced'): Promise<void> {
  const sizes = await Promise.all([source, target].map((one) => asRootOn(one, 'measure its data', MEASURE)))
  const [theirs, mine] = sizes.map((text) => text.trim().split(/\s+/).map(Number))
  const needed = Math.ceil((theirs?.[0] ?? 0) * MARGIN)
  const room = (mine?.[1] ?? 0) + (old === 'replaced' ? (mine?.[0] ?? 0) : 0)
  if (needed <= room) return
  const beside = old === 'kept' ? `, beside the old ${gb(mine?.[0] ?? 0)} that stay until the copy is proven` : ''
  throw new MmhaError(`the copy needs ${gb(needed)}, ${target.name} has ${gb(room)}${beside}`, {
    code: 'NO_ROOM',
    source: 'user',
    exit: EXIT.refused,
    host: target.name,
    hint:
      old === 'kept'
        ? 'nothing was touched; make room, or take the way that drops the old data first: dump'
        : 'nothing was touched; make room there: df -h',
  })
}

function gb(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`
}
