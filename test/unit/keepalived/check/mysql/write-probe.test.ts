import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startWriteProbe } from '../../../../../src/keepalived/check/mysql/write-probe.ts'
import { pause } from '../../../../../src/keepalived/check/pause.ts'
import type { WatchedSession } from '../../../../../src/mysql/session.ts'
import { type Row, SqlError } from '../../../../../src/mysql/sql-session.ts'

const LATE = new SqlError('no answer within 5000 ms', { errno: 0, code: 'TIMEOUT', lost: true })
const READ_ONLY = new SqlError('read only', { errno: 1290, code: 'ER_OPTION_PREVENTS_STATEMENT', lost: false })
const FORBIDDEN = new SqlError('denied', { errno: 1227, code: 'ER_SPECIFIC_ACCESS_DENIED_ERROR', lost: false })
const NO_TABLE = new SqlError('no table', { errno: 1146, code: 'ER_NO_SUCH_TABLE', lost: false })

/** A server's answers to the probe: what it says to a statement, or that it says nothing in time. */
class Server {
  readonly asked: string[] = []
  readonly events: string[] = []
  holder = true
  answer: (sql: string) => SqlError | null = () => null
  readonly #stop: () => void

  constructor() {
    this.#stop = startWriteProbe({
      interval: 1,
      timeout: 5,
      wanted: () => this.holder,
      open: async () => this.#session(),
      onStuck: () => this.events.push('stuck'),
      onMoving: () => this.events.push('moving'),
      log: (_, message) => this.events.push(message),
      pause,
    })
  }

  stop(): void {
    this.#stop()
  }

  #session(): WatchedSession {
    const query = async (sql: string): Promise<readonly Row[]> => {
      this.asked.push(sql)
      const error = this.answer(sql)
      if (error !== null) throw error
      return []
    }
    const batch = async (statements: readonly string[]): Promise<readonly (readonly Row[])[]> => {
      const all: (readonly Row[])[] = []
      for (const statement of statements) all.push(await query(statement))
      return all
    }
    const unhurried = { query, batch, close: () => undefined }
    return { ...unhurried, unhurried, alive: true, ended: new Promise(() => undefined) }
  }
}

let server: Server
beforeAll(() => {
  vi.useFakeTimers()
})
afterAll(() => {
  vi.useRealTimers()
})
afterEach(() => server.stop())

const probes = () => server.asked.filter((sql) => sql === 'COMMIT').length

describe('the write probe', () => {
  it('never without keeping out of the binlog first', async () => {
    server = new Server()
    await vi.advanceTimersByTimeAsync(3_500)
    expect(server.asked[0]).toMatch(/^SET SESSION sql_log_bin=0\b/)
    expect(probes()).toBe(4)
    // The row must go in the transaction it came in: nothing of it outlives a crash in between.
    expect(server.asked[0]).toContain('autocommit=0')
    expect(server.events).toEqual([])
  })

  it('the account may not keep out of it: nothing is written, said once', async () => {
    server = new Server()
    server.answer = (sql) => (sql.includes('sql_log_bin') ? FORBIDDEN : null)
    await vi.advanceTimersByTimeAsync(200_000)
    expect(probes()).toBe(0)
    expect(server.events).toEqual(['the write probe was refused: denied'])
  })

  it('one that does not come back is no hang, two are; then it is said that writes move again', async () => {
    server = new Server()
    await vi.advanceTimersByTimeAsync(500)
    let late = 1
    server.answer = (sql) => (sql === 'COMMIT' && late-- > 0 ? LATE : null)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(server.events).toEqual([])
    late = 2
    await vi.advanceTimersByTimeAsync(5_000)
    expect(server.events).toEqual(['stuck', 'moving'])
  })

  it('a refusal is an answer, so no hang', async () => {
    server = new Server()
    server.answer = (sql) => (sql.startsWith('INSERT') ? READ_ONLY : null)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(server.events).toEqual(['the write probe was refused: read only'])
  })

  it('makes its table when it is not there', async () => {
    server = new Server()
    server.answer = (sql) => (sql.startsWith('INSERT') && !server.asked.some(isCreate) ? NO_TABLE : null)
    await vi.advanceTimersByTimeAsync(1_500)
    expect(server.asked.filter(isCreate)).toHaveLength(1)
    expect(probes()).toBe(1)
  })

  it('only on the holder; what was stuck is the past when it is none any more', async () => {
    server = new Server()
    server.answer = (sql) => (sql === 'COMMIT' ? LATE : null)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(server.events).toEqual(['stuck'])
    server.holder = false
    await vi.advanceTimersByTimeAsync(1_000)
    expect(server.events).toEqual(['stuck', 'moving'])
    const { length } = server.asked
    await vi.advanceTimersByTimeAsync(10_000)
    expect(server.asked).toHaveLength(length)
  })
})

function isCreate(sql: string): boolean {
  return sql.startsWith('CREATE TABLE')
}
