import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { type BinlogTransaction, scanBinlog } from './binlog-file.ts'
import { channelOf, placeByGtid, placeInRelayLog } from './channel.ts'
import { type Dialect, type Flavour, familyOf } from './dialect.ts'
import { contains, type GtidSet, parseGtidSet, union } from './gtid-set.ts'
import { type ApplyOutcome, waitFor } from './promotion.ts'
import { sqlString } from './quote.ts'
import type { SqlSession } from './sql-session.ts'

/**
 * A relay log that was received and not applied. With both threads stopped (a restart of the server, STOP REPLICA) a
 * channel that goes by GTID throws it away at the next START and fetches it again: 200 of 200 transactions, measured.
 * When the source is gone by then, clients had an OK for what is lost. The files are there until that START.
 */
export interface Received extends BinlogTransaction {
  /** As the index names it, without folder. */
  readonly file: string
}

/** What is in the relay logs that an index file lists, oldest first. @throws UnreadableBinlog, system errors */
export async function scanRelayLogs(index: string): Promise<readonly Received[]> {
  const lines = (await readFile(index, 'utf8')).split('\n').filter((line) => line !== '')
  const received: Received[] = []
  for (const line of lines) {
    const { transactions } = await scanBinlog(resolve(dirname(index), line))
    for (const one of transactions) received.push({ ...one, file: basename(line) })
  }
  return received
}

export interface LeftOver {
  readonly file: string
  readonly position: number
  readonly count: number
  readonly gtids: GtidSet
  /** Argument of the server's own wait function. */
  readonly until: string
  /** Where the applier is to stop, since half a transaction follows; null: nothing follows. */
  readonly stopAt: { readonly file: string; readonly position: number } | null
}

/** Whole transactions that were received and are not in `executed`; null: none. Pure. @throws RangeError when they are no tail */
export function leftOver(flavour: Flavour, received: readonly Received[], executed: GtidSet): LeftOver | null {
  const sets = received.map(({ gtid }) => parseGtidSet(flavour, gtid))
  // Only the very last can be cut: one that goes on in the next file is whole.
  const whole = received.at(-1)?.kind === 'cut' ? received.length - 1 : received.length
  const missing = sets.slice(0, whole).flatMap((set, at) => (contains(executed, set) ? [] : [at]))
  const [first, last] = [missing[0], missing.at(-1)]
  const [start, end] = [received[first ?? -1], received[last ?? -1]]
  if (first === undefined || last === undefined || start === undefined || end === undefined) return null
  const { passesOverKnown, waitsForSet } = familyOf(flavour)
  if (!passesOverKnown && missing.length !== whole - first) {
    throw new RangeError(`what was received and not applied does not stand at the end (${start.gtid} … ${end.gtid})`)
  }
  const gtids = missing.reduce<GtidSet>((all, at) => union(all, sets[at] ?? new Map()), new Map())
  const until = waitsForSet ? gtidText(missing, received) : lastOfDomains(received.slice(first, last + 1))
  const stopAt = whole < received.length ? { file: end.file, position: end.end } : null
  return { file: start.file, position: start.start, count: missing.length, gtids, until, stopAt }
}

function lastOfDomains(received: readonly Received[]): string {
  return [...new Map(received.map(({ gtid }) => [gtid.split('-')[0], gtid])).values()].join(',')
}

function gtidText(missing: readonly number[], received: readonly Received[]): string {
  return missing.map((at) => received[at]?.gtid).join(',')
}

/**
 * Applies what is left over, from the files alone; the source is not needed. Both threads must be stopped, or the applier
 * be at this work already. Afterwards the channel goes by GTID.
 * @param ms how long it may take; when it has passed the applier goes on, and the next call waits again
 * @throws SqlError
 */
export async function applyLeftOver(
  session: SqlSession,
  dialect: Dialect,
  left: LeftOver,
  ms: number,
): Promise<ApplyOutcome> {
  if ((await channelOf(session, dialect))?.sqlRunning !== true) {
    await session.query(placeInRelayLog(dialect, left))
    await session.query(`${dialect.statement.startSql}${untilOf(dialect, left)}`)
  }
  if (await waitFor(session, dialect, left.until, ms)) {
    await finishLeftOver(session, dialect)
    return { state: 'applied' }
  }
  const error = (await channelOf(session, dialect))?.sqlError
  if (error) return { state: 'broken', detail: `the applier stopped with error ${error.code}: ${error.message}` }
  return { state: 'applying', detail: `${left.count} received transactions are not applied after ${ms} ms` }
}

/**
 * MySQL's applier that has begun to read a transaction waits for its end: for ever, and STOP for up to 60 s (seen on 9.7).
 * MariaDB's rolls it back.
 */
function untilOf({ family }: Dialect, { stopAt }: LeftOver): string {
  if (stopAt === null || !family.waitsInsideTransaction) return ''
  return ` UNTIL RELAY_LOG_FILE=${sqlString(stopAt.file)}, RELAY_LOG_POS=${stopAt.position}`
}

/** The channel goes by GTID again; the relay log, applied by now, is thrown away. @throws SqlError */
export async function finishLeftOver(session: SqlSession, dialect: Dialect): Promise<void> {
  await session.query(dialect.statement.stopReplica)
  await session.query(placeByGtid(dialect))
}
