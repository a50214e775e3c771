import { sqlIdentifier } from './quote.ts'
import { type SqlSession, text } from './sql-session.ts'

export interface TableName {
  readonly schema: string
  readonly table: string
}

/** `schema.table` → checksum, null where the server can't say. */
export type TableChecksums = ReadonlyMap<string, string | null>

/** Columns s and t: every table of a user's. `besides`: schemas that don't count either. */
export function userTables(besides: readonly string[] = []): string {
  const others = ['mysql', 'sys', 'information_schema', 'performance_schema', ...besides]
  return `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t FROM information_schema.TABLES
WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN (${others.map((name) => `'${name}'`).join(', ')})
ORDER BY 1, 2`
}

/** Reads the whole table, of InnoDB as the session's transaction sees it (measured, also while others write). */
export function checksumTable({ schema, table }: TableName): string {
  return `CHECKSUM TABLE ${sqlIdentifier(schema)}.${sqlIdentifier(table)}`
}

/** Checksum of every user table on a host. */
export async function checksums(session: SqlSession): Promise<TableChecksums> {
  const sums = new Map<string, string | null>()
  for (const row of await session.query(userTables())) {
    const [schema, table] = [text(row, 's'), text(row, 't')]
    const [answer] = await session.query(checksumTable({ schema, table }))
    sums.set(`${schema}.${table}`, text(answer, 'Checksum') || null)
  }
  return sums
}

/** Tables that differ, are on one side only, or can't be summed; [] when both sides have the same. */
export function differingTables(a: TableChecksums, b: TableChecksums): readonly string[] {
  const names = [...new Set([...a.keys(), ...b.keys()])].sort()
  return names.filter((name) => {
    const left = a.get(name)
    return left === undefined || left === null || left !== b.get(name)
  })
}
