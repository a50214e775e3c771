import type { Connection } from '../hosts/connection.ts'
import { sqlOn } from './remote.ts'

/** Schemas that are every server's own, as a list in SQL. */
export const SYSTEM_SCHEMAS = "'mysql', 'information_schema', 'performance_schema', 'sys'"

export async function schemasOf(connection: Connection): Promise<readonly string[]> {
  const rows = await sqlOn(connection, 'list the schemas', [
    `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN (${SYSTEM_SCHEMAS})`,
  ])
  return rows.map(([name = '']) => name)
}
