import type { ChannelStatus } from '../../mysql/channel.ts'
import { contains, type GtidSet, parseGtidSet } from '../../mysql/gtid-set.ts'
import { SqlError, type SqlSession, text } from '../../mysql/sql-session.ts'
import type { Judgement } from './judgement.ts'
import type { LocalServer } from './server.ts'

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

export interface Histories {
  /** From before `theirs` was read. */
  readonly mine: GtidSet
  readonly theirs: GtidSet
}

/** A channel that failed with an error is tried again this often. */
const RETRY_AFTER_ERROR_MS = 5_000

/** Starts and stops the channel as judged; says each error once. */
export class ChannelKeeper {
  readonly #log: Log
  #retryAt = 0
  #told = ''
  /** MariaDB: where the channel is going to read on. */
  #place: GtidSet | null = null

  constructor(log: Log) {
    this.#log = log
  }

  /** @throws SqlError when the connection goes or the server refuses */
  async apply(
    server: LocalServer,
    channel: ChannelStatus | null,
    wanted: Judgement['channel'],
    histories: Histories,
  ): Promise<void> {
    if (channel === null || wanted === 'keep' || server.stopping) return
    if (wanted === 'stop') {
      if (channel.io !== 'stopped') this.#stop(server, channel.host)
      return
    }
    if (channel.io !== 'stopped' && channel.sqlRunning) {
      this.#told = ''
      this.#place = null
      return
    }
    if (this.#mustWait(channel)) return
    if (!(await this.#takePlace(server, channel, histories))) return
    await server.actor.query(server.dialect.statement.startReplica)
    this.#log('info', `replication from ${channel.host} started`)
  }

  /** Not awaited: it may take seconds when the source is gone. */
  #stop(server: LocalServer, source: string): void {
    this.#place = null
    server.stopIo().then(
      () => this.#log('info', `replication from ${source} stopped until its history is known to fit`),
      (error: Error) => this.#log('warn', `replication from ${source} could not be stopped: ${error.message}`),
    )
  }

  #mustWait(channel: ChannelStatus): boolean {
    const error = channel.sqlError ?? (channel.io === 'stopped' ? channel.ioError : null)
    // 2000 and up are the client's own: the source was not there. It is now.
    if (error === null || error.code >= 2000) return false
    const told = `replication from ${channel.host} stopped with error ${error.code}: ${error.message}`
    if (told !== this.#told) this.#log('error', told)
    this.#told = told
    if (performance.now() < this.#retryAt) return true
    this.#retryAt = performance.now() + RETRY_AFTER_ERROR_MS
    return false
  }

  /**
   * MariaDB looks for its place in the source's binlog from gtid_slave_pos, which knows nothing of what this server wrote
   * itself while it held the address. So the place is the end of its own history, as soon as the source has that too.
   * What was received and not applied is left alone: with both threads stopped it would be thrown away.
   * @returns whether the channel can start
   */
  async #takePlace(server: LocalServer, channel: ChannelStatus, { mine, theirs }: Histories): Promise<boolean> {
    if (server.dialect.flavour === 'mysql' || !channel.autoPosition || channel.io !== 'stopped') return true
    // Received and not applied yet: read on from there.
    if (!contains(mine, parseGtidSet('mariadb', channel.receivedGtids))) return true
    if (this.#place === null) {
      if (channel.sqlRunning) await server.actor.query(server.dialect.statement.stopSql)
      this.#place = await adoptOwnEnd(server.actor)
      if (this.#place === null) return false
    }
    return contains(theirs, this.#place)
  }
}

/** The server refuses a place that its own binlog has passed; while clients write, that takes a few attempts. */
const ATTEMPTS = 20
const CONFLICTS_WITH_BINLOG = 1947

/** @returns the new place; null when clients were quicker every time */
async function adoptOwnEnd(session: SqlSession): Promise<GtidSet | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await session.query('SET GLOBAL gtid_slave_pos=@@global.gtid_binlog_pos')
      const [row] = await session.query('SELECT @@global.gtid_slave_pos AS place')
      return parseGtidSet('mariadb', text(row, 'place'))
    } catch (error) {
      if (!(error instanceof SqlError) || error.errno !== CONFLICTS_WITH_BINLOG) throw error
    }
  }
  return null
}
