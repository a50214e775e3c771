import { clientSessions, closeForWrites, endSessions } from '../../mysql/demotion.ts'
import type { Dialect } from '../../mysql/dialect.ts'
import { type Credentials, readCredentials } from '../../mysql/option-file.ts'
import { openSession, type WatchedSession } from '../../mysql/session.ts'
import { identify, readSnapshot, type ServerSnapshot } from '../../mysql/snapshot.ts'
import { text } from '../../mysql/sql-session.ts'
import type { MysqlServer } from '../config/config.ts'

const CONNECT_TIMEOUT_MS = 1000
const QUERY_TIMEOUT_MS = 2000

/**
 * The local server with the connections that a role change needs, opened beforehand: `actor` for statements that may
 * wait, `reader` for looking and for ending sessions meanwhile.
 */
export class LocalServer {
  readonly dialect: Dialect
  readonly actor: WatchedSession
  readonly reader: WatchedSession
  /** Our own accounts: never ended with the clients. */
  readonly ownUsers: readonly string[]
  readonly binlogIndex: string
  /** performance.now() when it was opened. */
  readonly since = performance.now()

  private constructor(fields: {
    dialect: Dialect
    actor: WatchedSession
    reader: WatchedSession
    ownUsers: readonly string[]
    binlogIndex: string
  }) {
    this.dialect = fields.dialect
    this.actor = fields.actor
    this.reader = fields.reader
    this.ownUsers = fields.ownUsers
    this.binlogIndex = fields.binlogIndex
  }

  /** @throws SqlError, MmhaError (option file) */
  static async open(server: MysqlServer, peerCredentials: string): Promise<LocalServer> {
    const credentials = await readCredentials(server.credentials)
    const reader = await openLocal(server, credentials)
    const actor = await openLocal(server, credentials)
    const dialect = await identify(reader)
    // The peer's daemon reads this server with the same account that ours reads the peer with.
    const peerUser = await readCredentials(peerCredentials).then(
      ({ user }) => [user],
      () => [],
    )
    const [index] = await reader.query("SHOW GLOBAL VARIABLES LIKE 'log_bin_index'")
    return new LocalServer({
      dialect,
      actor,
      reader,
      ownUsers: [credentials.user, ...peerUser],
      binlogIndex: text(index, 'Value'),
    })
  }

  get alive(): boolean {
    return this.actor.alive && this.reader.alive
  }

  snapshot(): Promise<ServerSnapshot> {
    return readSnapshot(this.reader, this.dialect)
  }

  /** @returns number of clients' sessions ended. @throws SqlError */
  close(): Promise<number> {
    return closeForWrites(this.actor, this.reader, this.dialect, this.ownUsers)
  }

  async endClients(): Promise<number> {
    return endSessions(this.reader, await clientSessions(this.reader, this.ownUsers))
  }

  disconnect(): void {
    this.actor.close()
    this.reader.close()
  }
}

export function openLocal(server: MysqlServer, credentials: Credentials): Promise<WatchedSession> {
  return openSession({
    target: { socket: server.socket },
    credentials,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
  })
}
