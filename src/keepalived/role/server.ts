import { resolve } from 'node:path'
import { channelOf } from '../../mysql/channel.ts'
import { type CloseOptions, clientSessions, closeForWrites, endSessions } from '../../mysql/demotion.ts'
import type { Dialect } from '../../mysql/dialect.ts'
import { contains, type GtidSet } from '../../mysql/gtid-set.ts'
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
import type { Log } from '../notify/scripts.ts'
import type { PeerView } from './peer.ts'

const CONNECT_TIMEOUT_MS = 1000
const QUERY_TIMEOUT_MS = 2000
const STOP_TIMEOUT_MS = 30_000

/** Where it listens, and as whom we come. */
export type ServerDoor = Pick<MysqlServer, 'socket' | 'adminPort' | 'credentials'>
type Open = (batches?: boolean) => Promise<WatchedSession>

/**
 * The local server with the connections that a role change needs, opened beforehand: `actor` for statements that may
 * wait, `reader` for looking and for ending sessions meanwhile.
 */
export class LocalServer {
  readonly dialect: Dialect
  #actor: WatchedSession
  #reader: WatchedSession
  #stopper: WatchedSession
  readonly #open: Open
  #mending: Promise<void> | null = null
  #complained = false
  #disconnected = false
  #stopping: Promise<void> | null = null
  /** Our own accounts: never ended with the clients. */
  readonly ownUsers: readonly string[]
  readonly binlogIndex: string
  readonly #datadir: string
  /** '' on MariaDB, unless somebody has given it a name. */
  readonly #relayLogIndex: string
  /** MariaDB without log_slave_updates: its log, by which it finds its place again, would not tell of what it fetches. */
  readonly mustNotFetch: boolean
  /** performance.now() when it was opened. */
  readonly since = performance.now()

  private constructor(fields: {
    dialect: Dialect
    open: Open
    actor: WatchedSession
    reader: WatchedSession
    stopper: WatchedSession
    ownUsers: readonly string[]
    binlogIndex: string
    datadir: string
    relayLogIndex: string
    mustNotFetch: boolean
  }) {
    this.dialect = fields.dialect
    this.#open = fields.open
    this.#actor = fields.actor
    this.#reader = fields.reader
    this.#stopper = fields.stopper
    this.ownUsers = fields.ownUsers
    this.binlogIndex = fields.binlogIndex
    this.#datadir = fields.datadir
    this.#relayLogIndex = fields.relayLogIndex
    this.mustNotFetch = fields.mustNotFetch
  }

  /** @throws SqlError, MmhaError (option file) */
  static async open(server: ServerDoor, peerCredentials: string): Promise<LocalServer> {
    const credentials = await readCredentials(server.credentials)
    const open: Open = async (batches) => openLocal(server, await readCredentials(server.credentials), batches)
    const reader = await open(true)
    const actor = await open(true)
    const stopper = await open()
    const dialect = await identify(reader)
    // The peer's daemon reads this server with the same account that ours reads the peer with.
    const peerUser = await readCredentials(peerCredentials).then(
      ({ user }) => [user],
      () => [],
    )
    const { logReplicaUpdates } = dialect.variable
    const rows = await reader.query(
      `SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin_index', 'relay_log_index', 'datadir', '${logReplicaUpdates}')`,
    )
    const variable = new Map(rows.map((row) => [text(row, 'Variable_name'), text(row, 'Value')]))
    return new LocalServer({
      dialect,
      open,
      actor,
      reader,
      stopper,
      ownUsers: [credentials.user, ...peerUser],
      binlogIndex: variable.get('log_bin_index') ?? '',
      datadir: variable.get('datadir') ?? '/',
      relayLogIndex: variable.get('relay_log_index') ?? '',
      mustNotFetch: dialect.family.placeIsApart && variable.get(logReplicaUpdates) === 'OFF',
    })
  }

  /** Absolute path of the index of relay logs. @param current one of the relay logs, as the channel's status names it */
  relayLogIndex(current: string): string {
    const beside = current.replace(/\.\d+$/, '.index')
    return resolve(this.#datadir, this.#relayLogIndex || beside)
  }

  get actor(): WatchedSession {
    return this.#actor
  }

  /**
   * Another does its work where it was lost and none can be opened: a GRANT of MySQL that waits for the standby holds up
   * every login, and ends only when somebody lets it go.
   */
  get reader(): WatchedSession {
    if (this.#reader.alive) return this.#reader
    const free = [...(this.stopping ? [] : [this.#stopper]), this.#actor]
    return free.find(({ alive }) => alive) ?? this.#reader
  }

  /** All connections stand. */
  get alive(): boolean {
    return this.#actor.alive && this.#reader.alive && this.#stopper.alive
  }

  /** At least one connection stands: the server lives. */
  get reachable(): boolean {
    return this.#actor.alive || this.#reader.alive || this.#stopper.alive
  }

  /** Opens again what was lost; says so when that fails after it has worked. Never rejects. */
  mend(log: Log): Promise<void> {
    this.#mending ??= this.#replaceLost()
      .then(
        () => {
          this.#complained = false
        },
        (error: Error) => {
          if (!this.#complained) log('warn', `database: a session was lost, and no new one: ${error.message}`)
          this.#complained = true
        },
      )
      .finally(() => {
        this.#mending = null
      })
    return this.#mending
  }

  async #replaceLost(): Promise<void> {
    if (!this.#reader.alive) this.#reader = await this.#opened(true)
    if (!this.#actor.alive) this.#actor = await this.#opened(true)
    if (!this.#stopper.alive) this.#stopper = await this.#opened()
  }

  async #opened(batches = false): Promise<WatchedSession> {
    const session = await this.#open(batches)
    // With no other left it may be of another server: one that was started anew.
    if (this.#disconnected || !this.reachable) session.close()
    return session
  }

  /** @param unhurried nothing moves: what is seen may be seen a bit later, at less cost */
  snapshot(unhurried = false): Promise<ServerSnapshot> {
    return readSnapshot(unhurried ? this.reader.unhurried : this.reader, this.dialect)
  }

  /** What a promotion asks, on the connection that it has for itself: a round of the loop may be reading on the other. */
  standing(): Promise<ServerStanding> {
    return readStanding(this.#actor, this.dialect)
  }

  executed(): Promise<GtidSet> {
    return readExecuted(this.reader, this.dialect)
  }

  /** What it has after the peer was read. Where it had all of the peer's before, nothing more need be asked. */
  async executedSince({ history }: ServerSnapshot, peer: PeerView): Promise<GtidSet> {
    const hadAll = peer.state !== 'up' || contains(history.executed, peer.snapshot.history.executed)
    return hadAll ? history.executed : this.executed()
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

  /** Stops the receiver. @returns what had been received when it had ended, as the channel's status says it. @throws SqlError */
  async endReceiving(): Promise<string> {
    await this.stopIo()
    return (await channelOf(this.#stopper, this.dialect))?.receivedGtids ?? ''
  }

  /** @returns number of clients' sessions ended. @throws SqlError */
  close(options?: CloseOptions): Promise<number> {
    return closeForWrites(this.#actor, this.reader, this.dialect, this.ownUsers, options)
  }

  /** @returns number of clients' sessions ended. @throws SqlError */
  async endClients(): Promise<number> {
    return endSessions(this.reader, await clientSessions(this.reader, this.ownUsers))
  }

  disconnect(): void {
    this.#disconnected = true
    this.#actor.close()
    this.#reader.close()
    this.#stopper.close()
  }
}

/** @param batches of several statements are one round trip. @throws SqlError */
export function openLocal(server: ServerDoor, credentials: Credentials, batches = false): Promise<WatchedSession> {
  const how = { connectTimeoutMs: CONNECT_TIMEOUT_MS, queryTimeoutMs: QUERY_TIMEOUT_MS, batches }
  return connectLocal(server, credentials, how)
}
