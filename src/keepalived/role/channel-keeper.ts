import type { ChannelStatus } from '../../mysql/channel.ts'
import { type SqlSession, text } from '../../mysql/sql-session.ts'
import type { Judgement } from './judgement.ts'
import type { LocalServer } from './server.ts'

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

/** A channel that failed with an error is tried again this often. */
const RETRY_AFTER_ERROR_MS = 5_000

/** Starts and stops the channel as judged; says each error once. */
export class ChannelKeeper {
  readonly #log: Log
  #retryAt = 0
  #told = ''

  constructor(log: Log) {
    this.#log = log
  }

  /** @throws SqlError when the connection goes or the server refuses */
  async apply(server: LocalServer, channel: ChannelStatus | null, wanted: Judgement['channel']): Promise<void> {
    if (channel === null || wanted === 'keep') return
    if (wanted === 'stop') {
      if (channel.io === 'stopped') return
      await server.actor.query(server.dialect.statement.stopIo)
      this.#log('info', `replication from ${channel.host} stopped until its history is known to be part of this one`)
      return
    }
    if (channel.io !== 'stopped' && channel.sqlRunning) {
      this.#told = ''
      return
    }
    const error = channel.sqlError ?? (channel.io === 'stopped' ? channel.ioError : null)
    if (error !== null) {
      const told = `replication from ${channel.host} stopped with error ${error.code}: ${error.message}`
      if (told !== this.#told) this.#log('error', told)
      this.#told = told
      if (performance.now() < this.#retryAt) return
      this.#retryAt = performance.now() + RETRY_AFTER_ERROR_MS
    }
    await startChannel(server, channel)
    this.#log('info', `replication from ${channel.host} started`)
  }
}

/**
 * Starts both threads. MariaDB looks for its place in the source's binlog from gtid_slave_pos, which knows nothing of
 * what this server wrote itself while it held the address; the binlog does, and is part of the source's history now.
 */
async function startChannel(server: LocalServer, channel: ChannelStatus): Promise<void> {
  const { actor, dialect } = server
  if (dialect.flavour === 'mariadb' && channel.autoPosition && channel.io === 'stopped' && !channel.sqlRunning) {
    await adoptOwnPosition(actor)
  }
  await actor.query(dialect.statement.startReplica)
}

async function adoptOwnPosition(session: SqlSession): Promise<void> {
  const [row] = await session.query('SELECT @@global.gtid_binlog_pos AS written, @@global.gtid_slave_pos AS replicated')
  const written = text(row, 'written')
  if (written === '' || written === text(row, 'replicated')) return
  await session.query(`SET GLOBAL gtid_slave_pos='${written}'`)
}
