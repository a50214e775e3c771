import type { Credentials } from '../../../mysql/option-file.ts'
import { openSession, type SessionOptions, type WatchedSession } from '../../../mysql/session.ts'
import { SqlError } from '../../../mysql/sql-session.ts'
import type { MysqlServer } from '../../config/config.ts'
import { deadline } from '../shared-wake.ts'

/** max_connections, or the account's own limit, is reached. */
const FULL = new Set([1040, 1203])

/**
 * Connects to the local server over its socket; when no connection is left there, by the administrators' port if the
 * configuration names one. @throws SqlError
 */
export async function openLocal(
  server: Pick<MysqlServer, 'socket' | 'adminPort'>,
  credentials: Credentials,
  how: Pick<SessionOptions, 'connectTimeoutMs' | 'queryTimeoutMs' | 'batches'>,
): Promise<WatchedSession> {
  try {
    return await openSession({ target: { socket: server.socket }, credentials, after: deadline, ...how })
  } catch (error) {
    const full = error instanceof SqlError && FULL.has(error.errno)
    if (!full || server.adminPort === 0) throw error
    return openSession({ target: { host: '127.0.0.1', port: server.adminPort }, credentials, after: deadline, ...how })
  }
}
