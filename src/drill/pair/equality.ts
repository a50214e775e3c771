import { sqlIdentifier } from '../../mysql/quote.ts'
import { type SqlSession, text } from '../../mysql/sql-session.ts'

const TABLES = `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t FROM information_schema.TABLES
WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')
ORDER BY 1, 2`

/** Checksum of every user table on a host: `schema.table` → checksum, null where the server can't say. */
export async function checksums(session: SqlSession): Promise<ReadonlyMap<string, string | null>> {
  const sums = new Map<string, string | null>()
  for (const row of await session.query(TABLES)) {
    const [schema, table] = [text(row, 's'), text(row, 't')]
    const [answer] = await session.query(`CHECKSUM TABLE ${sqlIdentifier(schema)}.${sqlIdentifier(table)}`)
    sums.set(`${schema}.${table}`, text(answer, 'Checksum') || null)
  }
  return sums
}

/** Tables that differ, are on one side only, or can't be summed; [] when both sides have the same. */
export function differingTables(
  a: ReadonlyMap<string, string | null>,
  b: ReadonlyMap<string, string | null>,
): readonly string[] {
  const names = [...new Set([...a.keys(), ...b.keys()])].sort()
  return names.filter((name) => {
    const left = a.get(name)
    return left === undefined || left === null || left !== b.get(name)
  })
}
