import { existsSync } from 'node:fs'
import { type Connection, createConnection } from 'mysql2'
import { monotonic } from '../clock.ts'
import type { FromSampler, Row } from '../protocol.ts'

const CHUNK = 1000
/** What makes commits wait for the other server; none: nothing does. */
const SEMI_SYNC_SOURCE =
  "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('rpl_semi_sync_source_enabled', 'rpl_semi_sync_master_enabled')"
/** ms without an answer after which the database counts as not answering. */
const PATIENCE = 500

/** Sessions of the database's root over the local socket: one that watches, one that is asked. */
export class LocalDatabase {
  readonly #sockets: readonly string[]
  readonly #say: (message: FromSampler) => void
  #asked: Connection | null = null
  /** How to fail each statement that has no answer yet. */
  readonly #unanswered = new Map<number, (message: string) => void>()

  constructor(sockets: readonly string[], say: (message: FromSampler) => void) {
    this.#sockets = sockets
    this.#say = say
  }

  /** Says when the server became writable, read-only, alone, or stopped answering. Looks every `every` ms. */
  watchWritable(every: number): void {
    let connection: Connection | null = null
    let waits = ''
    let state: string | undefined
    let before = monotonic()
    const look = async (): Promise<{ writable: boolean; alone: boolean } | null> => {
      try {
        if (connection === null) {
          connection = this.#connect(() => {
            connection = null
          })
          if (connection === null) return null
          const [found] = await ask(connection, SEMI_SYNC_SOURCE, PATIENCE)
          waits = found === undefined ? '0' : `@@global.${String(found.Variable_name)}`
        }
        const [row] = await ask(connection, `SELECT @@global.read_only AS r, ${waits} AS w`, PATIENCE)
        const writable = row?.r === '0' || row?.r === 'OFF'
        return { writable, alone: writable && row?.w === '0' }
      } catch {
        connection?.destroy()
        connection = null
        return null
      }
    }
    const tick = async (): Promise<void> => {
      const start = monotonic()
      const now = await look()
      const mono = monotonic()
      const seen = JSON.stringify(now)
      if (seen !== state) {
        const since = state === undefined ? mono : before
        this.#say({ t: 'writable', writable: now?.writable ?? null, alone: now?.alone === true, since, mono })
      }
      state = seen
      before = start
      setTimeout(tick, Math.max(1, every - (monotonic() - start)))
    }
    void tick()
  }

  /** Runs one statement; the rows come in pieces of 1000, every value as text. */
  query(id: number, sql: string): void {
    const fail = (message: string): void => {
      if (this.#unanswered.delete(id)) this.#say({ t: 'failed', id, message })
    }
    this.#unanswered.set(id, fail)
    this.#asked ??= this.#connectToAsk()
    if (this.#asked === null) {
      fail(`no database server runs there (no socket among ${this.#sockets.join(', ')})`)
      return
    }
    let piece: Row[] = []
    const command = this.#asked.query({ sql, typeCast: (field) => field.string() })
    command.on('result', (row) => {
      if (!isRow(row)) return
      piece.push(row)
      if (piece.length < CHUNK) return
      this.#say({ t: 'rows', id, rows: piece, more: true })
      piece = []
    })
    command.on('error', (error) => fail(error.message))
    command.on('end', () => {
      if (this.#unanswered.delete(id)) this.#say({ t: 'rows', id, rows: piece, more: false })
    })
  }

  /** mysql2 tells only the connection when it breaks, not the statements that wait on it. */
  #connectToAsk(): Connection | null {
    const connection = this.#connect((why) => {
      if (this.#asked !== connection) return
      this.#asked = null
      for (const fail of [...this.#unanswered.values()]) fail(why)
    })
    return connection
  }

  #connect(gone: (why: string) => void): Connection | null {
    const socketPath = this.#sockets.find((path) => existsSync(path))
    if (socketPath === undefined) return null
    const connection = createConnection({ socketPath, user: 'root', connectTimeout: PATIENCE })
    connection.on('error', (error) => gone(error.message))
    connection.on('end', () => gone('the server has closed the connection'))
    return connection
  }
}

function ask(connection: Connection, sql: string, patience: number): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), patience)
    connection.query({ sql, typeCast: (field) => field.string() }, (error, rows) => {
      clearTimeout(timer)
      if (error !== null) reject(error)
      else resolve(Array.isArray(rows) ? (rows as unknown[]).filter(isRow) : [])
    })
  })
}

/** A statement without a result set yields a header (with affectedRows) instead of rows. */
function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !('affectedRows' in value)
}
