import { connect, type Socket } from 'node:net'
import { type Connection, createConnection } from 'mysql2'
import type { Credentials } from './option-file.ts'
import { Questions } from './questions.ts'
import { type BatchSession, type Row, SqlError } from './sql-session.ts'
import { FAREWELLS, type Reply } from './text-protocol.ts'

export type SessionTarget = { readonly socket: string } | { readonly host: string; readonly port: number }

export interface SessionOptions {
  readonly target: SessionTarget
  readonly credentials: Credentials
  /** ms until connecting, greeting and login must be done. */
  readonly connectTimeoutMs: number
  /** ms until an unanswered query ends the connection; a query may ask for more. */
  readonly queryTimeoutMs: number
  /** A batch is one round trip. Only for sessions that run statements of ours alone: an injected one could bring others. */
  readonly batches?: boolean
  /** How deadlines are kept; default: Node's timers, which wake a process at the time of those that were taken back, too. */
  readonly after?: After
}

/** Calls back once, not before `ms` have passed. @returns takes it back */
export type After = (ms: number, late: () => void) => () => void

const byTimeout: After = (ms, late) => {
  const timer = setTimeout(late, ms)
  return () => clearTimeout(timer)
}

/** A connection whose end is an event. */
export interface WatchedSession extends BatchSession {
  query(sql: string, timeoutMs?: number): Promise<readonly Row[]>
  /** The same connection for who is not waited for, where the process has nothing else to do: see `Questions.ask`. */
  readonly unhurried: BatchSession
  /** Resolves once, when the connection is gone, with why; never rejects. */
  readonly ended: Promise<SqlError>
  readonly alive: boolean
}

/**
 * Connects, and has the driver log in; the session's sql_mode is known afterwards (quote.ts relies on it). Every value is text
 * or NULL: no driver's idea of a date or a big number in between.
 * @throws SqlError: errno of the server (1045, 1040, …), or `lost` when it could not be reached
 */
export async function openSession(options: SessionOptions): Promise<WatchedSession> {
  const { target } = options
  const socket = 'socket' in target ? connect(target.socket) : connect({ ...target, noDelay: true, keepAlive: true })
  const connection = createConnection({
    // For the driver to know: there a password may be said in clear, and MySQL wants it so.
    ...('socket' in target ? { socketPath: target.socket } : target),
    stream: () => socket,
    user: options.credentials.user,
    password: options.credentials.password.reveal(),
    connectTimeout: options.connectTimeoutMs,
    multipleStatements: options.batches === true,
    // What text-protocol.ts does not speak.
    flags: ['-CLIENT_QUERY_ATTRIBUTES', '-LOCAL_FILES'],
  })
  const session = new LoggedInSession(connection, options)
  await session.ready(socket, options.connectTimeoutMs)
  await session.query("SET SESSION sql_mode='', lock_wait_timeout=1", options.connectTimeoutMs)
  return session
}

class LoggedInSession implements WatchedSession {
  readonly ended: Promise<SqlError>
  #alive = true
  #end: (why: SqlError) => void = () => undefined
  readonly #connection: Connection
  readonly #queryTimeoutMs: number
  readonly #batches: boolean
  readonly #after: After
  #questions: Questions | null = null
  /** Exchanges under way; a set, because a `then` on `ended` for each query would pile up for ever. */
  readonly #waiting = new Set<(why: SqlError) => void>()

  constructor(connection: Connection, { queryTimeoutMs, batches = false, after = byTimeout }: SessionOptions) {
    this.#connection = connection
    this.#queryTimeoutMs = queryTimeoutMs
    this.#batches = batches
    this.#after = after
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    connection.on('error', (error) => this.#gone(sqlError(error)))
    connection.on('end', () => this.#gone(closedBy('the server')))
  }

  get alive(): boolean {
    return this.#alive
  }

  /** Logs in; from then on nobody but us reads from the socket. */
  async ready(socket: Socket, timeoutMs: number): Promise<void> {
    await this.#bounded<void>(timeoutMs, 'no greeting', (resolve, reject) => {
      this.#connection.connect((error) => {
        if (error) return reject(error)
        const gone = (error: unknown): void => this.#gone(lostBy(sqlError(error)))
        this.#questions = new Questions(socket, gone, gone)
        resolve()
      })
    })
  }

  get unhurried(): BatchSession {
    return {
      query: async (sql, timeoutMs) => (await this.#ask(sql, timeoutMs, true))[0] ?? [],
      batch: (statements, timeoutMs) =>
        this.#batches ? this.#ask(statements.join(';'), timeoutMs, true) : this.#oneByOne(statements, timeoutMs),
      close: () => this.close(),
    }
  }

  async query(sql: string, timeoutMs?: number): Promise<readonly Row[]> {
    return (await this.#ask(sql, timeoutMs))[0] ?? []
  }

  async batch(statements: readonly string[], timeoutMs?: number): Promise<readonly (readonly Row[])[]> {
    if (!this.#batches) return this.#oneByOne(statements, timeoutMs)
    return this.#ask(statements.join(';'), timeoutMs)
  }

  close(): void {
    this.#gone(closedBy('us'))
  }

  async #oneByOne(
    statements: readonly string[],
    timeoutMs: number = this.#queryTimeoutMs,
  ): Promise<readonly (readonly Row[])[]> {
    const deadline = performance.now() + timeoutMs
    const all: (readonly Row[])[] = []
    for (const statement of statements) {
      all.push(await this.query(statement, Math.max(1, deadline - performance.now())))
    }
    return all
  }

  #ask(sql: string, timeoutMs = this.#queryTimeoutMs, unhurried = false): Promise<Exclude<Reply, SqlError>> {
    return this.#bounded(timeoutMs, 'no answer', (resolve, reject) => {
      this.#questions?.ask(sql, (reply) => (reply instanceof SqlError ? reject(reply) : resolve(reply)), unhurried)
    })
  }

  #gone(why: SqlError): void {
    if (!this.#alive) return
    this.#alive = false
    this.#questions?.stop()
    this.#connection.destroy()
    for (const cutOff of [...this.#waiting]) cutOff(why)
    this.#end(why)
  }

  /** One exchange: answered, refused, too late, or cut off with the connection. */
  #bounded<T>(ms: number, what: string, run: (resolve: (value: T) => void, reject: (error: unknown) => void) => void) {
    return new Promise<T>((resolve, reject) => {
      if (!this.#alive) {
        reject(closedBy('an earlier failure'))
        return
      }
      const settle = (): void => {
        cancel()
        this.#waiting.delete(cutOff)
      }
      const cutOff = (why: SqlError): void => {
        settle()
        reject(why)
      }
      const cancel = this.#after(ms, () => {
        // Late ourselves? Then the answer may be there already: it is read before timers are looked at again.
        setImmediate(() => {
          if (!this.#waiting.has(cutOff)) return
          this.#gone(new SqlError(`${what} within ${ms} ms`, { errno: 0, code: 'TIMEOUT', lost: true }))
        })
      })
      this.#waiting.add(cutOff)
      run(
        (value) => {
          settle()
          resolve(value)
        },
        (error) => {
          settle()
          const failure = sqlError(error)
          if (failure.lost) this.#gone(failure)
          reject(failure)
        },
      )
    })
  }
}

function closedBy(whom: string): SqlError {
  return new SqlError(`connection closed by ${whom}`, { errno: 0, code: 'CLOSED', lost: true })
}

/** The driver's error without its `sql` property. Client-side errors and the server's farewells end a connection. */
function sqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  const given = error as { errno?: unknown; code?: unknown; message?: unknown; fatal?: unknown }
  const errno = typeof given.errno === 'number' && given.errno > 0 ? given.errno : 0
  const lost = errno < 1000 || given.fatal === true || FAREWELLS.has(errno)
  return new SqlError(String(given.message ?? error), { errno, code: String(given.code ?? 'UNKNOWN'), lost })
}

/** Whatever it is: the connection is not used any more. */
function lostBy({ message, errno, code }: SqlError): SqlError {
  return new SqlError(message, { errno, code, lost: true })
}
