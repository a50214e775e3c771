import { resolve } from 'node:path'
import { type CloseOptions, clientSessions, closeForWrites, endSessions } from '../../mysql/demotion.ts'
import type { Dialect } from '../../mysql/dialect.ts'
import type { GtidSet } from '../../mysql/gtid-set.ts'
import { type Credentials, readCredentials } from '../../mysql/option-file.ts'
import type { WatchedSession } from '../../mysql/session.ts'
import {
  identify,
  readExecuted,
  readSnapshot,
  readStanding,
  type ServerSnapshot,
  type ServerStanding,
} from '../../mysql/snapshot.ts'
import { text } from '../../mysql/sql-session.ts'
import { openLocal as connectLocal } from '../check/mysql/open-local.ts'
import type { MysqlServer } from '../config/config.ts'

const CONNECT_TIMEOUT_MS = 1000
const QUERY_TIMEOUT_MS = 2000
const STOP_TIMEOUT_MS = 30_000

/**
 * The local server with the connections that a role change needs, opened beforehand: `actor` for statements that may
 * wait, `reader` for looking and for ending sessions meanwhile.
 */
export class LocalServer {
  readonly dialect: Dialect
  readonly actor: WatchedSession
  readonly reader: WatchedSession
  readonly #stopper: WatchedSession
  #stopping: Promise<void> | null = null
  /** Our own accounts: never ended with the clients. */
  readonly ownUsers: readonly string[]
  readonly binlogIndex: string
  readonly #datadir: string
  /** '' on MariaDB, unless somebody has given it a name. */
  readonly #relayLogIndex: string
  /** performance.now() when it was opened. */
  readonly since = performance.now()

  private constructor(fields: {
    dialect: Dialect
    actor: WatchedSession
    reader: WatchedSession
    stopper: WatchedSession
    ownUsers: readonly string[]
    binlogIndex: string
    datadir: string
    relayLogIndex: string
  }) {
    this.dialect = fields.dialect
    this.actor = fields.actor
    this.reader = fields.reader
    this.#stopper = fields.stopper
    this.ownUsers = fields.ownUsers
    this.binlogIndex = fields.binlogIndex
    this.#datadir = fields.datadir
    this.#relayLogIndex = fields.relayLogIndex
  }

  /** @throws SqlError, MmhaError (option file) */
  static async open(server: MysqlServer, peerCredentials: string): Promise<LocalServer> {
    const credentials = await readCredentials(server.credentials)
    const reader = await openLocal(server, credentials)
    const actor = await openLocal(server, credentials)
    const stopper = await openLocal(server, credentials)
    const dialect = await identify(reader)
    // The peer's daemon reads this server with the same account that ours reads the peer with.
    const peerUser = await readCredentials(peerCredentials).then(
      ({ user }) => [user],
      () => [],
    )
    const rows = await reader.query(
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin_index', 'relay_log_index', 'datadir')",
    )
    const variable = new Map(rows.map((row) => [text(row, 'Variable_name'), text(row, 'Value')]))
    return new LocalServer({
      dialect,
      actor,
      reader,
      stopper,
      ownUsers: [credentials.user, ...peerUser],
      binlogIndex: variable.get('log_bin_index') ?? '',
      datadir: variable.get('datadir') ?? '/',
      relayLogIndex: variable.get('relay_log_index') ?? '',
    })
  }

  /** Absolute path of the index of relay logs. @param current one of the relay logs, as the channel's status names it */
  relayLogIndex(current: string): string {
    const beside = current.replace(/\.\d+$/, '.index')
    return resolve(this.#datadir, this.#relayLogIndex || beside)
  }

  get alive(): boolean {
    return this.actor.alive && this.reader.alive && this.#stopper.alive
  }

  snapshot(): Promise<ServerSnapshot> {
    return readSnapshot(this.reader, this.dialect)
  }

  /** What a promotion asks, on the connection that it has for itself: a round of the loop may be reading on the other. */
  standing(): Promise<ServerStanding> {
    return readStanding(this.actor, this.dialect)
  }

  executed(): Promise<GtidSet> {
    return readExecuted(this.reader, this.dialect)
  }

  /** A receiver is being stopped: a START would wait for it. */
  get stopping(): boolean {
    return this.#stopping !== null
  }

  /**
   * Stops the receiver, on a connection of its own: MariaDB's semi-sync replica first tries to tell a source that may be
   * gone (2 s and more, measured), and nothing else should wait for that. @throws SqlError
   */
  stopIo(): Promise<void> {
    this.#stopping ??= this.#stopper
      .query(this.dialect.statement.stopIo, STOP_TIMEOUT_MS)
      .then(() => undefined)
      .finally(() => {
        this.#stopping = null
      })
    return this.#stopping
  }

  /** @returns number of clients' sessions ended. @throws SqlError */
  close(options?: CloseOptions): Promise<number> {
    return closeForWrites(this.actor, this.reader, this.dialect, this.ownUsers, options)
  }

  /** @returns number of clients' sessions ended. @throws SqlError */
  async endClients(): Promise<number> {
    return endSessions(this.reader, await clientSessions(this.reader, this.ownUsers))
  }

  disconnect(): void {
    this.actor.close()
    this.reader.close()
    this.#stopper.close()
  }
}

/** @throws SqlError */
export function openLocal(server: MysqlServer, credentials: Credentials): Promise<WatchedSession> {
  return connectLocal(server, credentials, { connectTimeoutMs: CONNECT_TIMEOUT_MS, queryTimeoutMs: QUERY_TIMEOUT_MS })
}
