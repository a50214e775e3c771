import { readFile } from 'node:fs/promises'
import { alivenessOf } from '../../mysql/aliveness.ts'
import { type Credentials, readCredentials } from '../../mysql/option-file.ts'
import { openSession, type WatchedSession } from '../../mysql/session.ts'
import { SqlError, text } from '../../mysql/sql-session.ts'
import type { MysqlServer } from '../config/config.ts'
import { watchProcess } from './process-watch.ts'

export interface MysqlCheckOptions {
  readonly server: MysqlServer
  /** The process has begun to die; called before `onHealth` says so. */
  onExiting?(): void
  /** Called on changes only; the first call is the first verdict. */
  onHealth(up: boolean, reason: string): void
  log(level: 'info' | 'warn' | 'error', message: string): void
}

export interface MysqlCheck {
  stop(): Promise<void>
}

/** ms between attempts while the server is not up, and between the probes that let it rise. */
const RETRY_MS = 100
/** A connection that ended without a word of the server. */
const CUT_OFF = new Set(['CLOSED', 'PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE'])
const CONFIRM_MS = 5
const CONFIRM_ATTEMPTS = 40

/**
 * MYSQL_CHECK: holds one connection to the local server. Its death is an event (the connection ends, the kernel marks
 * the process), confirmed by one attempt to connect again; time-outs × fall are for a server that hangs. One that is
 * full or refuses us is degraded, not dead.
 */
export function startMysqlCheck(options: MysqlCheckOptions): MysqlCheck {
  const watch = new MysqlWatch(options)
  const running = watch.run()
  return {
    async stop() {
      watch.stop()
      await running
    },
  }
}

class MysqlWatch {
  readonly #options: MysqlCheckOptions
  readonly #stop = new AbortController()
  /** null: no verdict yet. */
  #up: boolean | null = null
  #successes = 0
  #failures = 0
  #degraded = ''
  #confirming = 0
  #session: WatchedSession | null = null

  constructor(options: MysqlCheckOptions) {
    this.#options = options
  }

  stop(): void {
    this.#stop.abort()
    this.#session?.close()
  }

  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const error = await this.#hold()
      if (this.#stop.signal.aborted) return
      await this.#pause(this.#judge(error))
    }
  }

  /** What the end of a connection means. @returns ms until the next attempt */
  #judge(error: SqlError): number {
    const verdict = error.code === 'EXITING' ? 'dead' : alivenessOf(error)
    if (verdict === 'dead') this.#down(error.message)
    else if (verdict === 'degraded') this.#lives(error.message)
    else if (CUT_OFF.has(error.code) && this.#confirming < CONFIRM_ATTEMPTS) {
      // Cut off: either one session was ended or the server dies. Connecting again tells, in milliseconds.
      this.#confirming += 1
      return CONFIRM_MS
    } else this.#failed(error.message)
    return RETRY_MS
  }

  /** Connects and probes until that fails. */
  async #hold(): Promise<SqlError> {
    const { server } = this.#options
    let stopWatching: (() => void) | undefined
    try {
      const session = await openSession({
        target: { socket: server.socket },
        credentials: await this.#credentials(),
        connectTimeoutMs: server.timeout * 1000,
        queryTimeoutMs: server.timeout * 1000,
      })
      this.#session = session
      const exiting = new Promise<SqlError>((resolve) => {
        this.#serverPid(session).then((pid) => {
          const died = (): void => {
            this.#options.onExiting?.()
            resolve(new SqlError(`process ${pid} is exiting`, { errno: 0, code: 'EXITING', lost: true }))
          }
          if (pid !== null && session.alive) stopWatching = watchProcess(pid, died) ?? undefined
        })
      })
      return await Promise.race([this.#probe(session), session.ended, exiting])
    } catch (error) {
      if (error instanceof SqlError) return error
      return new SqlError(error instanceof Error ? error.message : String(error), {
        errno: 0,
        code: 'UNUSABLE',
        lost: true,
      })
    } finally {
      stopWatching?.()
      this.#session?.close()
      this.#session = null
    }
  }

  async #probe(session: WatchedSession): Promise<SqlError> {
    for (;;) {
      try {
        await session.query('SELECT 1')
      } catch (error) {
        if (error instanceof SqlError) return error
        throw error
      }
      this.#lives('')
      await this.#pause(this.#up === true ? this.#options.server.interval * 1000 : RETRY_MS)
      if (this.#stop.signal.aborted) return new SqlError('stopped', { errno: 0, code: 'CLOSED', lost: true })
    }
  }

  async #serverPid(session: WatchedSession): Promise<number | null> {
    try {
      const file = this.#options.server.pidFile ?? text((await session.query('SELECT @@pid_file AS f'))[0], 'f')
      const pid = Number.parseInt(await readFile(file, 'utf8'), 10)
      return pid > 1 ? pid : null
    } catch {
      // Without it death is still seen by the closed connection, only later on a large server.
      return null
    }
  }

  async #credentials(): Promise<Credentials> {
    return readCredentials(this.#options.server.credentials)
  }

  #lives(why: string): void {
    this.#failures = 0
    this.#confirming = 0
    this.#successes += 1
    if (why !== '' && why !== this.#degraded) {
      this.#options.log('warn', `mysql ${this.#options.server.name} lives but refuses us: ${why}`)
    }
    this.#degraded = why
    if (this.#up !== true && this.#successes >= this.#options.server.rise) this.#turn(true, why || 'answers')
  }

  #failed(why: string): void {
    this.#successes = 0
    this.#failures += 1
    if (this.#up !== false && this.#failures >= this.#options.server.fall) this.#turn(false, why)
  }

  #down(why: string): void {
    this.#successes = 0
    this.#failures = this.#options.server.fall
    if (this.#up !== false) this.#turn(false, why)
  }

  #turn(up: boolean, reason: string): void {
    this.#up = up
    this.#options.onHealth(up, reason)
  }

  /** Ends early when stopped or when the session does. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const signal = this.#stop.signal
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      if (signal.aborted) done()
      else signal.addEventListener('abort', done)
    })
  }
}
