/** A row as text protocol gives it: every value a string, or null. */
export type Row = Readonly<Record<string, unknown>>

/** An open connection to a server, as little of it as we need. */
export interface SqlSession {
  /**
   * @param timeoutMs for statements that may wait; the connection is given up after it
   * @throws SqlError
   */
  query(sql: string, timeoutMs?: number): Promise<readonly Row[]>
  close(): void
}

/** A session that takes several statements at once. */
export interface BatchSession extends SqlSession {
  /**
   * The rows of each statement, in order; the first that is refused ends it, and none of those behind it is run. One round
   * trip where the session was opened for that. The time is for all of them.
   * @throws SqlError
   */
  batch(statements: readonly string[], timeoutMs?: number): Promise<readonly (readonly Row[])[]>
}

/** For a session that takes one at a time. */
export function oneByOne(session: SqlSession): Pick<BatchSession, 'batch'> {
  return {
    batch: async (statements, timeoutMs) => {
      const replies: (readonly Row[])[] = []
      for (const statement of statements) replies.push(await session.query(statement, timeoutMs))
      return replies
    },
  }
}

/** The server said no (errno ≥ 1000), or the connection is gone (`lost`). Never holds the statement: it may hold a secret. */
export class SqlError extends Error {
  /** MySQL's error number; 0 when the connection failed before the server could say anything. */
  readonly errno: number
  /** `ER_ACCESS_DENIED_ERROR`, `ECONNREFUSED`, … */
  readonly code: string
  readonly lost: boolean

  constructor(message: string, options: { errno: number; code: string; lost: boolean }) {
    super(message)
    this.name = 'SqlError'
    this.errno = options.errno
    this.code = options.code
    this.lost = options.lost
  }
}

/** Value of a column as text; '' for NULL and for a column that is not there. */
export function text(row: Row | undefined, column: string): string {
  const value = row?.[column]
  return value === undefined || value === null ? '' : String(value)
}

/** @@variables come as 1/0, SHOW as ON/OFF, and MariaDB ≥ 12 has more than two kinds of read_only. */
export function isOn(value: string): boolean {
  return value !== '' && value !== '0' && value.toUpperCase() !== 'OFF'
}
