import type { ChannelStatus } from '../../mysql/channel.ts'
import { contains, type GtidSet } from '../../mysql/gtid-set.ts'
import type { ApplyOutcome } from '../../mysql/promotion.ts'
import { applyLeftOver, finishLeftOver, type LeftOver, leftOver, scanRelayLogs } from '../../mysql/relay-log.ts'
import { SqlError } from '../../mysql/sql-session.ts'
import type { LocalServer } from './server.ts'
import type { StateFile } from './state-file.ts'

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

/** Of one round of the keeper. */
const ROUND_MS = 400

/**
 * Applies what a server had received before its threads stopped or it was restarted, before a START throws it away:
 * the holder may be gone, and its clients had an OK for it.
 */
export class LeftRelayLog {
  readonly #state: StateFile
  readonly #log: Log

  constructor(state: StateFile, log: Log) {
    this.#state = state
    this.#log = log
  }

  /** Is the channel off GTIDs for that? */
  get replaying(): Promise<boolean> {
    return this.#state.read().then(({ replaying }) => replaying)
  }

  /**
   * Before promotion: everything is applied, whatever it was.
   * @returns null: there was nothing to do
   * @throws SqlError when the connection goes
   */
  async apply(server: LocalServer, channel: ChannelStatus | null, ms: number): Promise<ApplyOutcome | null> {
    if (channel === null || !(await this.#concerns(channel))) return null
    const left = await this.#find(server, channel)
    if (typeof left === 'string') return { state: 'broken', detail: left }
    return left === null ? this.#finish(server) : this.#apply(server, left, ms)
  }

  /**
   * Before the channel is started, while the peer holds the address: what the peer has too. What it has not is history
   * that it has taken back (a crash, before the client had an OK), and is thrown away with the rest.
   * @returns whether the channel may be started
   */
  async settle(server: LocalServer, channel: ChannelStatus, theirs: GtidSet): Promise<boolean> {
    if (!(await this.#concerns(channel))) return true
    const left = await this.#find(server, channel)
    if (typeof left === 'string') this.#log('warn', `${left}; it is fetched again`)
    if (left !== null && typeof left !== 'string' && contains(theirs, left.gtids)) {
      const { state, ...outcome } = await this.#apply(server, left, ROUND_MS)
      if (state === 'applying') return false
      if ('detail' in outcome) this.#log('warn', `received transactions: ${outcome.detail}; they are fetched again`)
    }
    await this.#finish(server)
    return true
  }

  async #concerns(channel: ChannelStatus): Promise<boolean> {
    return (await this.replaying) || (channel.io === 'stopped' && !channel.sqlRunning)
  }

  /** A text says why it can't be known. */
  async #find(server: LocalServer, { relayLogFile }: ChannelStatus): Promise<LeftOver | string | null> {
    if (relayLogFile === '') return null
    try {
      const received = await scanRelayLogs(server.relayLogIndex(relayLogFile))
      return leftOver(server.dialect.flavour, received, await server.executed())
    } catch (error) {
      if (error instanceof SqlError) throw error
      // A channel that never ran has no files.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      return `what was received can't be read (${error instanceof Error ? error.message : String(error)})`
    }
  }

  async #apply(server: LocalServer, left: LeftOver, ms: number): Promise<ApplyOutcome> {
    if (!(await this.replaying)) {
      this.#log('info', `${left.count} transactions were received and not applied: applied now, from ${left.file}`)
      await this.#state.update({ replaying: true })
    }
    const outcome = await applyLeftOver(server.actor, server.dialect, left, ms)
    if (outcome.state === 'applied') await this.#state.update({ replaying: false })
    return outcome
  }

  /** Puts back what a run that was cut off has left. */
  async #finish(server: LocalServer): Promise<null> {
    if (await this.replaying) {
      await finishLeftOver(server.actor, server.dialect)
      await this.#state.update({ replaying: false })
    }
    return null
  }
}
