import { ROLE_USER } from '../../mysql/account.ts'
import { type SqlSession, text } from '../../mysql/sql-session.ts'
import { DRILL_USER } from '../schema.ts'

/** Someone who uses the database and is not of the pair itself. */
export interface ForeignSession {
  readonly host: string
  readonly user: string
  readonly from: string
}

/** The server's own threads, and replicas that read its log. */
const OWN_USERS = new Set(['system user', 'event_scheduler', ''])
const OWN_COMMANDS = new Set(['Binlog Dump', 'Binlog Dump GTID', 'Daemon', 'Connect', 'Slave_IO', 'Slave_SQL'])

/** Client sessions on a host that are neither the server's, nor the pair's daemons', nor the drill's. */
export async function foreignSessions(
  name: string,
  session: SqlSession,
  replicationUser: string,
): Promise<readonly ForeignSession[]> {
  const rows = await session.query('SHOW FULL PROCESSLIST')
  const mine = text((await session.query('SELECT CONNECTION_ID() AS id'))[0], 'id')
  const ours = new Set([replicationUser, ROLE_USER, DRILL_USER, 'mysql.session'])
  return (
    rows
      .map((row) => ({
        id: text(row, 'Id'),
        user: text(row, 'User'),
        from: text(row, 'Host'),
        command: text(row, 'Command'),
      }))
      .filter(
        ({ id, user, command }) => id !== mine && !OWN_USERS.has(user) && !OWN_COMMANDS.has(command) && !ours.has(user),
      )
      // Root over the socket is the sampler's other session, or an administrator at the host: not an application.
      .filter(({ user, from }) => !(user === 'root' && from.startsWith('localhost')))
      .map(({ user, from }) => ({ host: name, user, from }))
  )
}
