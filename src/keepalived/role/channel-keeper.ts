import { appliedAll, type ChannelStatus, isClients, placeByGtid, placeIsLost, refusalOf } from '../../mysql/channel.ts'
import { contains, type GtidSet, isEmpty, ofOrigin, parseGtidSet, subtract } from '../../mysql/gtid-set.ts'
import type { History } from '../../mysql/rejoin.ts'
import { SqlError, type SqlSession, text } from '../../mysql/sql-session.ts'
import type { Judgement } from './judgement.ts'
import { LeftRelayLog } from './left-relay-log.ts'
import type { LocalServer } from './server.ts'
import type { StateFile } from './state-file.ts'

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

export interface Histories {
  /** From before `theirs` was read. */
  readonly mine: History
  readonly theirs: GtidSet
}

/** A channel that failed with an error is tried again this often. */
const RETRY_AFTER_ERROR_MS = 5_000

/** Starts and stops the channel as judged; says each error once. */
export class ChannelKeeper {
  readonly left: LeftRelayLog
  readonly #log: Log
  #retryAt = 0
  #told = ''
  /** MariaDB: where the channel is going to read on. */
  #place: GtidSet | null = null

  constructor(state: StateFile, log: Log) {
    this.left = new LeftRelayLog(state, log)
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
    if (wanted === 'start' && server.mustNotFetch) this.#tellUnlogged(server, channel.host)
    if (wanted === 'stop' || server.mustNotFetch) {
      if (channel.io !== 'stopped') this.#stop(server, channel.host)
      return
    }
    if (channel.io !== 'stopped' && channel.sqlRunning) {
      this.#place = null
      // One that stops again at once is seen running now and then.
      if (this.#told === '' || performance.now() < this.#retryAt) return
      this.#told = ''
      this.#log('info', `replication from ${channel.host} goes on`)
      return
    }
    if ((await this.left.replaying) && !(await this.left.settle(server, channel, histories.theirs))) return
    if (needsGtids(server, channel, histories)) {
      await this.#leavePosition(server, channel)
      return
    }
    if (this.#mustWait(channel)) return
    if (!(await this.left.settle(server, channel, histories.theirs))) return
    if (!(await this.#takePlace(server, channel, histories))) return
    await server.actor.query(server.dialect.statement.startReplica)
    // The source may refuse it: its binary log begins later. The next try takes the end of that time.
    this.#place = null
    if (this.#told === '') this.#log('info', `replication from ${channel.host} started`)
  }

  /** A pair made by hand, in the middle of `mmha provision`: the restart that brings it comes last where clients write. */
  #tellUnlogged({ dialect }: LocalServer, source: string): void {
    const told = `nothing is fetched from ${source} before this server is restarted with ${dialect.variable.logReplicaUpdates}=ON: \`mmha provision\` does it`
    if (told !== this.#told) this.#log('warn', told)
    this.#told = told
  }

  /** Not awaited: it may take seconds when the source is gone. */
  #stop(server: LocalServer, source: string): void {
    this.#place = null
    server.stopIo().then(
      () => this.#log('info', `replication from ${source} stopped until its history is known to fit`),
      (error: Error) => this.#log('warn', `replication from ${source} could not be stopped: ${error.message}`),
    )
  }

  /** The next round starts it. */
  async #leavePosition(server: LocalServer, channel: ChannelStatus): Promise<void> {
    if (channel.sqlRunning && !appliedAll(channel)) return
    await server.actor.query(server.dialect.statement.stopReplica)
    await server.actor.query(placeByGtid(server.dialect))
    this.#log('warn', `replication from ${channel.host}: file and position lead nowhere there now; goes on by GTID`)
  }

  #mustWait(channel: ChannelStatus): boolean {
    const error = channel.sqlError ?? (channel.io === 'stopped' ? channel.ioError : null)
    // Of the client's own: the source was not there. It is now.
    if (error === null || isClients(error.code)) return false
    const advice =
      refusalOf(channel) === null
        ? ''
        : '. The rows here and there differ; if nobody can say why, `mmha rejoin` makes this server a copy of the holder'
    const told = `replication from ${channel.host} stopped with error ${error.code}: ${error.message}${advice}`
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
    if (!server.dialect.family.placeIsApart || !channel.autoPosition || channel.io !== 'stopped') return true
    // Received and not applied yet: read on from there.
    if (!contains(mine.executed, parseGtidSet('mariadb', channel.receivedGtids))) return true
    if (this.#place === null) {
      if (channel.sqlRunning) await server.actor.query(server.dialect.statement.stopSql)
      this.#place = await adoptOwnEnd(server.actor)
      if (this.#place === null) return false
    }
    return contains(theirs, this.#place)
  }
}

/**
 * A server that died comes back with a shorter log: the tail that nobody was told of is cut (docs/decisions/0014). A
 * position in it may then lie behind its end, and what this server itself wrote and took back comes again by GTID only.
 */
function needsGtids({ dialect }: LocalServer, channel: ChannelStatus, { mine, theirs }: Histories): boolean {
  if (channel.autoPosition) return false
  return placeIsLost(channel) || !isEmpty(ofOrigin(dialect.flavour, subtract(theirs, mine.executed), mine.origin))
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
