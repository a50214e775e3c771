import type { Connection, ResultSetHeader } from 'mysql2'
import { monotonic } from '../clock.ts'
import type { LedgerRecord, Outcome } from '../ledger.ts'
import type { AttemptCounts, FromWriter } from '../protocol.ts'
import { type Endpoint, startAttempt } from './attempt.ts'
import { connectHedged, PACE } from './hedged-connect.ts'
import type { Operation } from './operation.ts'
import { isReadOnly, outcomeOfError, outcomeOfRows } from './outcome.ts'

export interface WriterOptions {
  readonly index: number
  readonly endpoint: Endpoint
  readonly hedgeAfter: number
  readonly operationTimeout: number
  /** ms between the starts of two operations; no catching up after a gap. */
  readonly period: number
  readonly say: (message: FromWriter) => void
}

interface Answer {
  readonly outcome: Outcome
  readonly error: string
  /** `closed`: its server takes no writes; `broken`: it is of no more use. */
  readonly session: 'good' | 'closed' | 'broken'
}

/** One client: one session at a time, one operation at a time, the outcome recorded before the next. */
export class Writer {
  readonly #options: WriterOptions
  #connection: Connection | null = null
  /** Since when the session's server has refused to write. */
  #closedSince: number | null = null
  #seq = 0
  acks = 0
  lastAck = 0

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /** Writes until `signal` aborts; the operation under way is finished and recorded. */
  async run(
    next: (seq: number) => Operation,
    record: (entry: LedgerRecord) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.#seq = 0
    this.acks = 0
    this.lastAck = 0
    while (!signal.aborted) {
      const connection = this.#connection ?? (await this.#connect(signal))
      if (connection === null) return
      const operation = next(++this.#seq)
      const begin = monotonic()
      const answer = await this.#execute(connection, operation)
      const end = monotonic()
      const { kind, key, version } = operation
      const { outcome, error } = answer
      record({ kind, writer: this.#options.index, seq: this.#seq, key, version, outcome, begin, end, error })
      if (outcome === 'ok') {
        this.acks++
        this.lastAck = end
      }
      if (answer.session === 'broken' || this.#closedFor(answer, end) > this.#options.hedgeAfter) {
        this.#drop(connection, error)
      } else await rest(begin + (answer.session === 'closed' ? PACE : this.#options.period) - end)
    }
  }

  /**
   * ms for which this session's server has refused writes. While the address moves that is for moments, and the session
   * ends with it; to log in again and again would burn the processors' time that the pair needs. Where it does not end, a
   * new one is the way to the server that takes writes now.
   */
  #closedFor(answer: Answer, now: number): number {
    this.#closedSince = answer.session === 'closed' ? (this.#closedSince ?? now) : null
    return this.#closedSince === null ? 0 : now - this.#closedSince
  }

  close(): void {
    this.#connection?.destroy()
    this.#connection = null
  }

  async #connect(signal: AbortSignal): Promise<Connection | null> {
    const { endpoint, hedgeAfter } = this.#options
    const connected = await connectHedged(() => startAttempt(endpoint), hedgeAfter, signal)
    if (connected === null) return null
    const { connection, attempts } = connected
    connection.on('error', (error) => this.#drop(connection, error.message))
    connection.on('end', () => this.#drop(connection, 'connection closed'))
    this.#connection = connection
    // Queued behind the operation that the caller sends at once, so that it does not lengthen the gap.
    setImmediate(() => this.#announce(connection, attempts))
    return connection
  }

  /** Asks who answers, and says so. */
  #announce(connection: Connection, attempts: AttemptCounts): void {
    const mono = monotonic()
    connection.query('SELECT @@server_id AS id', (error: unknown, rows: unknown) => {
      if (error !== null || !Array.isArray(rows)) return
      const serverId = Number((rows as { id?: unknown }[])[0]?.id)
      this.#options.say({ t: 'connected', writer: this.#options.index, attempts, serverId, mono })
    })
  }

  #drop(connection: Connection, error: string): void {
    if (this.#connection !== connection) return
    this.#connection = null
    this.#closedSince = null
    connection.destroy()
    this.#options.say({ t: 'lost', writer: this.#options.index, error, mono: monotonic() })
  }

  #execute(connection: Connection, operation: Operation): Promise<Answer> {
    return new Promise((resolve) => {
      const limit = this.#options.operationTimeout
      const timer = setTimeout(
        () => settle({ outcome: 'indeterminate', error: `no answer in ${limit} ms`, session: 'broken' }),
        limit,
      )
      const closed = (): void => settle({ outcome: 'indeterminate', error: 'connection closed', session: 'broken' })
      const settle = (answer: Answer): void => {
        clearTimeout(timer)
        connection.off('end', closed)
        resolve(answer)
      }
      connection.on('end', closed)
      connection.query(operation.sql, [...operation.values], (error, result) => {
        if (error === null) {
          const { affectedRows } = result as ResultSetHeader
          settle({ outcome: outcomeOfRows(affectedRows), error: '', session: 'good' })
          return
        }
        const errno = error.code?.startsWith('ER_') === true ? error.errno : undefined
        const session = isReadOnly(errno) ? 'closed' : 'broken'
        settle({ outcome: outcomeOfError(errno), error: `${error.code} ${error.errno ?? ''}`.trim(), session })
      })
    })
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms > 0) setTimeout(resolve, ms)
    else setImmediate(resolve)
  })
}
