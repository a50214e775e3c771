import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Secret } from '../../../src/inventory/secret.ts'
import { openSession, type WatchedSession } from '../../../src/mysql/session.ts'
import { Pulse } from './pulse.ts'

/** What clients were told OK for: inserts by id, and for each shared row the highest value. */
export interface Ledger {
  readonly inserted: Set<string>
  readonly counters: Map<number, number>
}

export const WRITER = { user: 'writer', password: 'writer-Pass-1' } as const
const WORKERS = 6
/** ms between writes of one client. */
const PAUSE_MS = 10
/** ms after a write that failed. */
const RETRY_MS = 20

/**
 * Clients that write without a pause to whoever holds the address (the test says who), each an insert and an update of
 * a row that all share. A failed write is tried as a new one, so every OK stands for itself.
 */
export class Writers {
  readonly ledger: Ledger = { inserted: new Set(), counters: new Map() }
  /** performance.now() of each OK. */
  readonly okAt: number[] = []
  readonly #pauseMs: number
  readonly #pulse = new Pulse()
  #target: string
  #stopped = false
  readonly #running: Promise<unknown>

  constructor(target: string, pauseMs = PAUSE_MS) {
    this.#target = target
    this.#pauseMs = pauseMs
    this.#running = Promise.all(Array.from({ length: WORKERS }, (_, worker) => this.#work(worker)))
  }

  /** The address has moved. @param target several, separated by commas, are tried in turn until one takes writes */
  moveTo(target: string): void {
    this.#target = target
  }

  /** ms between two neighbouring OKs, at most; without the time that this machine stood still. */
  longestGapMs(): number {
    const inOrder = this.okAt.toSorted((a, b) => a - b)
    const gaps = inOrder.map((to, i) => this.#pulse.alive({ from: inOrder[i - 1] ?? to, to }))
    return gaps.reduce((longest, ms) => Math.max(longest, ms), 0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
    this.#pulse.stop()
  }

  async #work(worker: number): Promise<void> {
    let session: WatchedSession | null = null
    let at = ''
    let turn = 0
    while (!this.#stopped) {
      try {
        if (session === null || at !== this.#target || !session.alive) {
          session?.close()
          at = this.#target
          const addresses = at.split(',')
          session = await openSession({
            target: { host: addresses[turn % addresses.length] ?? at, port: 3306 },
            credentials: { user: WRITER.user, password: new Secret(WRITER.password) },
            connectTimeoutMs: 500,
            queryTimeoutMs: 10_000,
          })
        }
        await this.#write(session, worker)
        await delay(this.#pauseMs)
      } catch {
        // Not acknowledged: nothing is claimed for it. A refused connection must not spin.
        session?.close()
        session = null
        turn += 1
        await delay(RETRY_MS)
      }
    }
    session?.close()
  }

  async #write(session: WatchedSession, worker: number): Promise<void> {
    const id = randomUUID()
    await session.query(`INSERT INTO load_test.ledger VALUES ('${id}', ${worker}, REPEAT('x', 200))`)
    this.ledger.inserted.add(id)
    this.okAt.push(performance.now())
    const row = worker % 3
    await session.query(`UPDATE load_test.counter SET v = LAST_INSERT_ID(v + 1) WHERE k = ${row}`)
    const value = Number((await session.query('SELECT LAST_INSERT_ID() AS v'))[0]?.v)
    this.ledger.counters.set(row, Math.max(value, this.ledger.counters.get(row) ?? 0))
    this.okAt.push(performance.now())
  }
}

export const WRITER_SCHEMA = [
  'CREATE DATABASE load_test',
  'CREATE TABLE load_test.ledger (id CHAR(36) PRIMARY KEY, worker INT, filler VARCHAR(200)) ENGINE=InnoDB',
  'CREATE TABLE load_test.counter (k INT PRIMARY KEY, v BIGINT) ENGINE=InnoDB',
  'INSERT INTO load_test.counter VALUES (0, 0), (1, 0), (2, 0)',
  `CREATE USER '${WRITER.user}'@'%' IDENTIFIED BY '${WRITER.password}'`,
  `GRANT ALL ON load_test.* TO '${WRITER.user}'@'%'`,
]
