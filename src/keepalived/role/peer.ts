import { alivenessOf } from '../../mysql/aliveness.ts'
import type { Dialect } from '../../mysql/dialect.ts'
import { readCredentials } from '../../mysql/option-file.ts'
import { openSession, type WatchedSession } from '../../mysql/session.ts'
import { identify, readSnapshot, type ServerSnapshot } from '../../mysql/snapshot.ts'
import { SqlError } from '../../mysql/sql-session.ts'
import { deadline, within } from '../check/shared-wake.ts'
import type { RoleConfig } from '../config/config.ts'

/** Nobody listens there (`down`), no answer or not let in (`silent`), or what it says. */
export type PeerView =
  | { readonly state: 'down' | 'silent'; readonly why: string }
  | { readonly state: 'up'; readonly snapshot: ServerSnapshot; readonly dialect: Dialect }

/** What it said last, and how long ago. */
export interface Heard {
  readonly snapshot: ServerSnapshot
  readonly agoMs: number
}

const RECONNECT_MS = 200
/** For the answer to a question that has been open for longer. */
const STILL_SILENT_MS = 100
/** A host on which nobody listens says so in less. */
const REFUSAL_MS = 25
const CONNECT_TIMEOUT_MS = 1000
const QUERY_TIMEOUT_MS = 1000

/** A persistent connection to the peer's database; asked by the role's loop, its end is an event. */
export class Peer {
  readonly #peer: RoleConfig['peer']
  readonly #onEnd: () => void
  readonly #running: Promise<void>
  #stopped = false
  #wake: () => void = () => undefined
  #line: { readonly session: WatchedSession; readonly dialect: Dialect } | null = null
  /** Why there is no line. */
  #absence: PeerView = { state: 'silent', why: 'not reached yet' }
  #asking: Promise<PeerView> | null = null
  /** performance.now() */
  #askedAt = 0
  #heard: { readonly snapshot: ServerSnapshot; readonly at: number } | null = null
  /** The attempt that follows when the other side has ended a connection: it tells a dead server from a cut line. */
  #again: Promise<void> | null = null

  /** @param onEnd called when a connection that stood has ended */
  constructor(peer: RoleConfig['peer'], onEnd: () => void) {
    this.#peer = peer
    this.#onEnd = onEnd
    this.#running = this.#run()
  }

  get heard(): Heard | null {
    return this.#heard && { snapshot: this.#heard.snapshot, agoMs: performance.now() - this.#heard.at }
  }

  /** performance.now() of its last answer; null: never. */
  get heardAt(): number | null {
    return this.#heard?.at ?? null
  }

  /** For one-off questions; null while there is no connection. */
  get line(): { readonly session: WatchedSession; readonly dialect: Dialect } | null {
    return this.#line
  }

  /**
   * Asks now.
   * @param left its daemon has said that it was closed: less is asked, and an open one would cost another round trip
   * @returns what it says, or `silent` after `ms`; the time since a question that is still open counts
   */
  async ask(patienceMs: number, left = false): Promise<PeerView> {
    if (this.#again !== null) await within(Math.min(patienceMs, REFUSAL_MS), this.#again)
    const line = this.#line
    if (line === null) return this.#absence
    if (this.#asking === null) {
      this.#askedAt = performance.now()
      this.#asking = this.#question(line.session, line.dialect, left)
    }
    const ms = Math.max(patienceMs - (performance.now() - this.#askedAt), Math.min(patienceMs, STILL_SILENT_MS))
    return (await within(ms, this.#asking)) ?? { state: 'silent', why: `no answer within ${Math.round(ms)} ms` }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#line?.session.close()
    this.#wake()
    await this.#running
  }

  async #question(session: WatchedSession, dialect: Dialect, left: boolean): Promise<PeerView> {
    try {
      // What a closed peer does with commits is its own daemon's matter; an open one's tells whether they waited for us.
      const wasOpen = !left && this.#heard?.snapshot.closed === false
      const snapshot = await readSnapshot(session, dialect, wasOpen ? 'likely open' : 'when open')
      this.#heard = { snapshot, at: performance.now() }
      return { state: 'up', snapshot, dialect }
    } catch (error) {
      return absenceOf(error)
    } finally {
      this.#asking = null
    }
  }

  async #run(): Promise<void> {
    let attempt = this.#reach()
    while (!this.#stopped) {
      await attempt
      this.#again = null
      const session = this.#line?.session
      // Stopped while it connected: nobody else would close it.
      if (this.#stopped) session?.close()
      if (session !== undefined) {
        const why = await session.ended
        this.#absence = absenceOf(why)
        this.#line = null
        if (this.#stopped) return
        attempt = this.#reach()
        // One that did not answer will hardly do so now, and a promotion does not wait for it.
        if (why.code !== 'TIMEOUT') this.#again = attempt
        this.#onEnd()
      } else if (!this.#stopped) {
        await this.#pause(RECONNECT_MS)
        if (!this.#stopped) attempt = this.#reach()
      }
    }
  }

  /** Tries once to get a line; else says why there is none. Never rejects. */
  async #reach(): Promise<void> {
    try {
      const { address, port, credentials } = this.#peer
      const session = await openSession({
        target: { host: address, port },
        credentials: await readCredentials(credentials),
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        queryTimeoutMs: QUERY_TIMEOUT_MS,
        batches: true,
        after: deadline,
      })
      this.#line = { session, dialect: await identify(session) }
    } catch (error) {
      this.#absence = absenceOf(error)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function absenceOf(error: unknown): PeerView {
  const why = error instanceof Error ? error.message : String(error)
  const dead = error instanceof SqlError && alivenessOf(error) === 'dead'
  return { state: dead ? 'down' : 'silent', why }
}
