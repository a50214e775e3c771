import { type Connection, createConnection } from 'mysql2'
import type { Credentials } from './option-file.ts'
import { type Row, SqlError, type SqlSession } from './sql-session.ts'

export type SessionTarget = { readonly socket: string } | { readonly host: string; readonly port: number }

export interface SessionOptions {
  readonly target: SessionTarget
  readonly credentials: Credentials
  /** ms until connecting, greeting and login must be done. */
  readonly connectTimeoutMs: number
  /** ms until an unanswered query ends the connection; a query may ask for more. */
  readonly queryTimeoutMs: number
}

/** A connection whose end is an event. */
export interface WatchedSession extends SqlSession {
  query(sql: string, timeoutMs?: number): Promise<readonly Row[]>
  /** Resolves once, when the connection is gone, with why; never rejects. */
  readonly ended: Promise<SqlError>
  readonly alive: boolean
}

/** Every value is text or NULL: no driver's idea of a date or a big number in between. */
const typeCast = (field: { string(): string | null }): string | null => field.string()

/**
 * Connects and logs in; the session's sql_mode is known afterwards (quote.ts relies on it).
 * @throws SqlError: errno of the server (1045, 1040, …), or `lost` when it could not be reached
 */
export async function openSession(options: SessionOptions): Promise<WatchedSession> {
  const connection = createConnection({
    ...('socket' in options.target ? { socketPath: options.target.socket } : options.target),
    user: options.credentials.user,
    password: options.credentials.password.reveal(),
    connectTimeout: options.connectTimeoutMs,
    multipleStatements: false,
    enableKeepAlive: true,
    typeCast,
  })
  const session = new Mysql2Session(connection, options.queryTimeoutMs)
  await session.ready(options.connectTimeoutMs)
  await session.query("SET SESSION sql_mode='', lock_wait_timeout=1", options.connectTimeoutMs)
  return session
}

class Mysql2Session implements WatchedSession {
  readonly ended: Promise<SqlError>
  #alive = true
  #end: (why: SqlError) => void = () => undefined
  readonly #connection: Connection
  readonly #queryTimeoutMs: number
  /** Exchanges under way; a set, because a `then` on `ended` for each query would pile up for ever. */
  readonly #waiting = new Set<(why: SqlError) => void>()

  constructor(connection: Connection, queryTimeoutMs: number) {
    this.#connection = connection
    this.#queryTimeoutMs = queryTimeoutMs
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    connection.on('error', (error) => this.#gone(sqlError(error)))
    connection.on('end', () => this.#gone(closedBy('the server')))
  }

  get alive(): boolean {
    return this.#alive
  }

  ready(timeoutMs: number): Promise<void> {
    return this.#bounded(timeoutMs, 'no greeting', (resolve, reject) => {
      this.#connection.connect((error) => (error ? reject(error) : resolve()))
    })
  }

  query(sql: string, timeoutMs: number = this.#queryTimeoutMs): Promise<readonly Row[]> {
    return this.#bounded<readonly Row[]>(timeoutMs, 'no answer', (resolve, reject) => {
      this.#connection.query(sql, (error, result) => (error ? reject(error) : resolve(rowsOf(result))))
    })
  }

  close(): void {
    this.#gone(closedBy('us'))
  }

  #gone(why: SqlError): void {
    if (!this.#alive) return
    this.#alive = false
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
        clearTimeout(timer)
        this.#waiting.delete(cutOff)
      }
      const cutOff = (why: SqlError): void => {
        settle()
        reject(why)
      }
      const timer = setTimeout(() => {
        // Late ourselves? Then the answer may be there already: it is read before timers are looked at again.
        setImmediate(() => {
          if (!this.#waiting.has(cutOff)) return
          this.#gone(new SqlError(`${what} within ${ms} ms`, { errno: 0, code: 'TIMEOUT', lost: true }))
        })
      }, ms)
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

function rowsOf(result: unknown): readonly Row[] {
  return Array.isArray(result) ? (result as readonly Row[]) : []
}

function closedBy(whom: string): SqlError {
  return new SqlError(`connection closed by ${whom}`, { errno: 0, code: 'CLOSED', lost: true })
}

/** mysql2's error without its `sql` property. Client-side errors and the server's farewells (1053, 1927, 4031) end a connection. */
function sqlError(error: unknown): SqlError {
  const given = error as { errno?: unknown; code?: unknown; message?: unknown; fatal?: unknown }
  const errno = typeof given.errno === 'number' && given.errno > 0 ? given.errno : 0
  const lost = errno < 1000 || given.fatal === true || FAREWELLS.has(errno)
  return new SqlError(String(given.message ?? error), { errno, code: String(given.code ?? 'UNKNOWN'), lost })
}

const FAREWELLS = new Set([1053, 1077, 1079, 1159, 1160, 1161, 1927, 4031])
