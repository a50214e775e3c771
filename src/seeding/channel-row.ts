import type { Connection } from '../hosts/connection.ts'
import { SQL_FUNCTIONS } from '../modules/mysql-client.ts'
import { sh } from '../modules/step.ts'
import type { Row } from '../mysql/sql-session.ts'
import { asRootOn } from './remote.ts'

/** The row of SHOW REPLICA STATUS under this server's names; undefined: no channel. */
export async function channelRow(connection: Connection): Promise<Row | undefined> {
  const output = await asRootOn(connection, 'read the channel', sh`${SQL_FUNCTIONS}channel_status || :\n`)
  const entries = [...output.matchAll(/^ *(\w+): ?(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
