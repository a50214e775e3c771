import { setTimeout as delay } from 'node:timers/promises'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Connection } from '../hosts/connection.ts'
import { readChannel } from '../mysql/channel.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { applyUntil, awaitMoment, openMoment } from '../mysql/moment.ts'
import {
  checksumTable,
  differingTables,
  type TableChecksums,
  type TableName,
  userTables,
} from '../mysql/table-checksums.ts'
import { channelRow } from './channel-row.ts'
import { sqlOn } from './remote.ts'

export interface Pair {
  readonly source: Connection
  readonly target: Connection
  readonly dialect: Dialect
}

/** mmha's own tables say something else on each host. */
const BESIDES = ['mmha']
/** A table that is altered while it is summed is summed again. */
const ROUNDS = 3

/**
 * Compares every table of both hosts at one moment of the source, which goes on writing. Ends with the target's
 * channel stopped at that moment.
 * @returns how many tables are the same
 * @throws MmhaError SEED_DIFFERS (exit 1)
 */
export async function verifyCopy(pair: Pair): Promise<number> {
  let differing: readonly string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const tables = await tablesOf(pair.source)
    const { gtids, sums } = await sumsAtMoment(pair, tables)
    await follow(pair, gtids)
    const theirs = await tablesOf(pair.target)
    differing = differingTables(sums, await sumsOf(pair.target, theirs))
    if (differing.length === 0) return sums.size
  }
  throw new MmhaError(
    `the copy differs from ${pair.source.name} in ${differing.length} tables: ${differing.slice(0, 8).join(', ')}`,
    {
      code: 'SEED_DIFFERS',
      source: 'user',
      exit: EXIT.failed,
      host: pair.target.name,
      where: 'compare the copy',
      hint: `${pair.target.name} stays closed; look at these tables on ${pair.source.name} (CHECK TABLE), then run the same command again`,
    },
  )
}

async function tablesOf(connection: Connection): Promise<readonly TableName[]> {
  const rows = await sqlOn(connection, 'list the tables', [userTables(BESIDES)])
  return rows.map(([schema = '', table = '']) => ({ schema, table }))
}

/** s; for one table: read as a whole. */
async function sumsOf(connection: Connection, tables: readonly TableName[]): Promise<TableChecksums> {
  const rows = await sqlOn(connection, 'sum the tables', tables.map(checksumTable))
  return byTable(tables, rows)
}

function byTable(tables: readonly TableName[], rows: readonly (readonly string[])[]): TableChecksums {
  return new Map(
    tables.map(({ schema, table }, i) => {
      const sum = rows[i]?.[1]
      return [`${schema}.${table}`, sum === undefined || sum === 'NULL' ? null : sum]
    }),
  )
}

/** The lock that MySQL takes for it must not wait behind a long statement, and hold up everybody. */
const ATTEMPTS = 10

async function sumsAtMoment(
  { source, dialect }: Pair,
  tables: readonly TableName[],
): Promise<{ gtids: string; sums: TableChecksums }> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [moment, ...rows] = await sqlOn(source, 'sum the tables', [
        ...openMoment(dialect),
        ...tables.map(checksumTable),
      ])
      return { gtids: moment?.[1] ?? '', sums: byTable(tables, rows) }
    } catch (error) {
      if (attempt >= ATTEMPTS || !(error instanceof Error && error.message.includes('ERROR 1205'))) throw error
      await delay(1000)
    }
  }
}

/** s */
const PATIENCE = 5
/** Without any progress, ms. */
const STALLED_MS = 120_000

/** Replicates up to a moment of the source and stops there. @throws MmhaError SEED_STALLED with the channel's own error */
export async function follow({ source, target, dialect }: Pair, gtids: string): Promise<void> {
  const { stopReplica } = dialect.statement
  await sqlOn(target, 'replicate', [stopReplica, applyUntil(dialect, gtids)])
  let seen = ''
  let since = performance.now()
  for (;;) {
    const [row] = await sqlOn(target, 'replicate', [awaitMoment(dialect, gtids, PATIENCE)])
    if (row?.[0] === '0') break
    const status = await channelRow(target)
    const channel = readChannel(dialect, status)
    const now = JSON.stringify([channel?.applied, channel?.received])
    if (now !== seen) since = performance.now()
    seen = now
    const error = channel?.sqlError ?? (performance.now() - since > STALLED_MS ? channel?.ioError : null)
    if (error == null && performance.now() - since <= STALLED_MS) continue
    throw new MmhaError(
      `${target.name} does not catch up with ${source.name}: ${error?.message || 'nothing arrives'}`,
      {
        code: 'SEED_STALLED',
        source: 'user',
        exit: EXIT.failed,
        host: target.name,
        where: 'replicate',
        hint: 'mend what it says, then run the same command again: it begins afresh, the pair serves meanwhile',
      },
    )
  }
  await sqlOn(target, 'replicate', [stopReplica])
}
