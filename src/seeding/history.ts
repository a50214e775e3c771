import { insertEpoch } from '../mysql/epoch.ts'
import { formatBinlogState, parseGtidSet, union } from '../mysql/gtid-set.ts'
import type { SqlText } from '../mysql/sql-text.ts'
import { sqlOn } from './remote.ts'
import type { Pair } from './verify.ts'

/** MySQL breaks a long set into lines. */
function onOneLine(gtids: string): string {
  return `SELECT REPLACE(${gtids}, CHAR(10), '')`
}

/** What a source has executed, before a copy of it is begun. */
export async function historyOf({ source, dialect }: Pair): Promise<string> {
  const [row] = await sqlOn(source, 'read its history', [onOneLine(dialect.family.executed)])
  return row?.[0] ?? ''
}

/**
 * What the source had executed at a position of its own binary log: what the other servers of its domain wrote was there
 * before the copy, and since then only the source has written.
 */
export function executedBy({ dialect }: Pick<Pair, 'dialect'>, before: string, position: string): string {
  const parse = (text: string) => parseGtidSet(dialect.flavour, text)
  return formatBinlogState(union(parse(before), parse(position)))
}

/** Where the source's history ends, for its replica to catch up with. */
export async function positionOf({ source, dialect }: Pair): Promise<string> {
  const [row] = await sqlOn(source, 'read its history', [onOneLine(dialect.family.historyEnd)])
  return row?.[0] ?? ''
}

/**
 * A source that was no member yet becomes the pair's first holder: what is copied of it then belongs to the same line,
 * also while it goes on writing, and its GTIDs are no longer none.
 */
export async function beginHistory({ source, dialect }: Pair): Promise<void> {
  const [row] = await sqlOn(source, 'look for its epoch', ['SELECT COUNT(*) FROM mmha.epoch'])
  if (row?.[0] !== '0') return
  await whileWritable({ source, dialect }, 'begin its history', [
    'SET SESSION sql_log_bin=1',
    insertEpoch(dialect, { forced: false, reason: 'its data is the pair’s: the other host was seeded from it' }),
  ])
}

/** Statements on the source, which may be closed for writes: it is as it was afterwards. */
export async function whileWritable(
  { source, dialect }: Pick<Pair, 'source' | 'dialect'>,
  doing: string,
  statements: readonly (SqlText | string)[],
): Promise<void> {
  const [row] = dialect.can('superReadOnly')
    ? await sqlOn(source, 'look whether it is open', ['SELECT @@GLOBAL.super_read_only'])
    : []
  if (row?.[0] !== '1') {
    await sqlOn(source, doing, statements)
    return
  }
  await sqlOn(source, doing, ['SET GLOBAL super_read_only=OFF', ...statements]).finally(() =>
    sqlOn(source, doing, ['SET GLOBAL super_read_only=ON']),
  )
}
