import { existsSync } from 'node:fs'
import { type Connection, createConnection } from 'mysql2'
import { monotonic } from '../clock.ts'
import type { FromSampler, Row } from '../protocol.ts'

const CHUNK = 1000
/** ms without an answer after which the database counts as not answering. */
const PATIENCE = 500

/** Sessions of the database's root over the local socket: one that watches, one that is asked. */
export class LocalDatabase {
  readonly #sockets: readonly string[]
  readonly #say: (message: FromSampler) => void
  #asked: Connection | null = null

  constructor(sockets: readonly string[], say: (message: FromSampler) => void) {
    this.#sockets = sockets
    this.#say = say
  }

  /** Says when the server became writable, read-only, or stopped answering. Looks every `every` ms. */
  watchWritable(every: number): void {
    let connection: Connection | null = null
    let state: boolean | null | undefined
    let before = monotonic()
    const look = async (): Promise<boolean | null> => {
      connection ??= this.#connect(() => {
        connection = null
      })
      if (connection === null) return null
      const rows = await ask(connection, 'SELECT @@global.read_only AS r', PATIENCE).catch(() => null)
      if (rows === null) {
        connection?.destroy()
        connection = null
        return null
      }
      return rows[0]?.r === '0' || rows[0]?.r === 'OFF'
    }
    const tick = async (): Promise<void> => {
      const start = monotonic()
      const now = await look()
      const mono = monotonic()
      if (now !== state) this.#say({ t: 'writable', writable: now, since: state === undefined ? mono : before, mono })
      state = now
      before = start
      setTimeout(tick, Math.max(1, every - (monotonic() - start)))
    }
    void tick()
  }

  /** Runs one statement; the rows come in pieces of 1000, every value as text. */
  query(id: number, sql: string): void {
    this.#asked ??= this.#connect(() => {
      this.#asked = null
    })
    if (this.#asked === null) {
      this.#say({
        t: 'failed',
        id,
        message: `no database server runs there (no socket among ${this.#sockets.join(', ')})`,
      })
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
    let failed = false
    command.on('error', (error) => {
      failed = true
      this.#say({ t: 'failed', id, message: error.message })
    })
    command.on('end', () => {
      if (!failed) this.#say({ t: 'rows', id, rows: piece, more: false })
    })
  }

  #connect(gone: () => void): Connection | null {
    const socketPath = this.#sockets.find((path) => existsSync(path))
    if (socketPath === undefined) return null
    const connection = createConnection({ socketPath, user: 'root', connectTimeout: PATIENCE })
    connection.on('error', gone)
    connection.on('end', gone)
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
