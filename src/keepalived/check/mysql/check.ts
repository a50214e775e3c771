import { isAbsolute, join } from 'node:path'
import { alivenessOf } from '../../../mysql/aliveness.ts'
import { readCredentials } from '../../../mysql/option-file.ts'
import type { WatchedSession } from '../../../mysql/session.ts'
import { SqlError, text } from '../../../mysql/sql-session.ts'
import type { MysqlServer } from '../../config/config.ts'
import { pause } from '../pause.ts'
import { sharedWake } from '../shared-wake.ts'
import { watchDisk } from './disk.ts'
import { openLocal } from './open-local.ts'
import { readPid, ServerProcess } from './server-process.ts'
import { confirms, count, type Health, NO_TALLY, type Sign, serves, type Tally } from './tally.ts'
import { startWriteProbe } from './write-probe.ts'

export interface MysqlCheckOptions {
  readonly server: MysqlServer
  /** Does this node hold the address? Its writes are probed then. */
  holder(): boolean
  /** The process has begun to die; called before `onHealth` says so. */
  onExiting?(): void
  /** Called on changes only; the first call is the first verdict. */
  onHealth(health: Health, reason: string): void
  log(level: 'info' | 'warn' | 'error', message: string): void
}

export interface MysqlCheck {
  /** Kills the server's process, so that not one instruction of it is run any more. @returns '' or why not */
  kill(): string
  /** The server has answered somebody else in this process: it need not be asked now. */
  answered(): void
  stop(): Promise<void>
}

/** ms between attempts while the server is not up, and between the probes that let it rise. */
const RETRY_MS = 100
const CONFIRM_MS = 5
/** Others ask as often as we do, a bit later each time for what they do with the answers: so much longer they are waited for. */
const AFTER_OTHERS_MS = 50
/** A connection that ended without a word of the server. */
const CUT_OFF = new Set(['CLOSED', 'PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE'])

/**
 * MYSQL_CHECK: a ladder of probes, each with its own deadline. The process (the kernel marks one that dies or was
 * stopped), one held connection (greeting, login, a SELECT that needs no table), on the holder a write that reaches the
 * disk, and the room on that disk. Death is an event; a hang needs the kernel's word, or silence that repeats itself.
 */
export function startMysqlCheck(options: MysqlCheckOptions): MysqlCheck {
  const watch = new MysqlWatch(options)
  const running = watch.run()
  return {
    kill: () => watch.kill(),
    answered: () => watch.answered(),
    async stop() {
      watch.stop()
      await running
    },
  }
}

class MysqlWatch {
  readonly #o: MysqlCheckOptions
  readonly #stop = new AbortController()
  #tally: Tally = NO_TALLY
  #told = ''
  /** Writes do not come back: a SELECT that does is no comfort. */
  #writesStuck = false
  #diskFull = ''
  #session: WatchedSession | null = null
  #putOff = (): void => undefined
  #process: ServerProcess | null = null
  #unwatchDisk: (() => void) | null = null
  readonly #stopWriting: () => void

  constructor(options: MysqlCheckOptions) {
    this.#o = options
    const { server } = options
    this.#stopWriting = server.writeProbe ? this.#startWriting(server) : () => undefined
  }

  stop(): void {
    this.#stop.abort()
    this.#stopWriting()
    this.#unwatchDisk?.()
    this.#process?.forget()
    this.#session?.close()
  }

  answered(): void {
    if (!serves(this.#tally.health) || this.#session === null) return
    this.#answers()
    this.#putOff()
  }

  kill(): string {
    return this.#process?.kill() ?? 'its process is not known: the pid file could not be read'
  }

  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const error = await this.#hold()
      if (this.#stop.signal.aborted) return
      this.#weigh(signOf(error), error.message)
      await pause(confirms(this.#tally) ? CONFIRM_MS : RETRY_MS, this.#stop.signal)
    }
  }

  #startWriting(server: MysqlServer): () => void {
    return startWriteProbe({
      interval: server.writeInterval,
      timeout: server.writeTimeout,
      wanted: () => this.#o.holder() && (serves(this.#tally.health) || this.#writesStuck),
      open: () => this.#open(true),
      log: this.#o.log,
      onStuck: (ms) => {
        this.#writesStuck = true
        this.#weigh('stuck', `writes have not come back from the disk for ${ms / 1000} s`)
      },
      onMoving: () => {
        this.#writesStuck = false
      },
    })
  }

  async #open(batches = false): Promise<WatchedSession> {
    const { server } = this.#o
    const ms = server.timeout * 1000
    const how = { connectTimeoutMs: ms, queryTimeoutMs: ms, batches }
    return openLocal(server, await readCredentials(server.credentials), how)
  }

  /** Connects and probes until that fails. */
  async #hold(): Promise<SqlError> {
    try {
      const session = await this.#open()
      this.#session = session
      const exiting = new Promise<SqlError>((resolve) => {
        void this.#getToKnow(session, (pid) => {
          this.#o.onExiting?.()
          resolve(new SqlError(`process ${pid} is exiting`, { errno: 0, code: 'EXITING', lost: true }))
        })
      })
      return await Promise.race([this.#probe(session), session.ended, exiting])
    } catch (error) {
      if (error instanceof SqlError) return error
      const why = error instanceof Error ? error.message : String(error)
      return new SqlError(why, { errno: 0, code: 'UNUSABLE', lost: true })
    } finally {
      this.#session?.close()
      this.#session = null
    }
  }

  async #probe(session: WatchedSession): Promise<SqlError> {
    for (;;) {
      try {
        await session.query('SELECT @@global.read_only')
      } catch (error) {
        if (error instanceof SqlError) return error
        throw error
      }
      this.#answers()
      await this.#untilNext()
      if (this.#stop.signal.aborted) return new SqlError('stopped', { errno: 0, code: 'CLOSED', lost: true })
    }
  }

  #answers(): void {
    this.#weigh(this.#diskFull === '' ? 'answers' : 'refuses', this.#diskFull || 'answers')
  }

  /** Until the next probe, from the last answer on, whoever had it. */
  #untilNext(): Promise<void> {
    const { signal } = this.#stop
    if (signal.aborted || !serves(this.#tally.health)) return pause(RETRY_MS, signal)
    return new Promise((resolve) => {
      const interval = this.#o.server.interval * 1000
      const finish = (): void => {
        this.#putOff = () => undefined
        cancel()
        signal.removeEventListener('abort', finish)
        resolve()
      }
      let cancel = sharedWake.after(interval, finish)
      this.#putOff = () => {
        cancel()
        cancel = sharedWake.after(interval + AFTER_OTHERS_MS, finish, 0)
      }
      signal.addEventListener('abort', finish, { once: true })
    })
  }

  /** Whose process it is, and where its data lies. The process is watched on when the connection has gone: it may hang. */
  async #getToKnow(session: WatchedSession, onExiting: (pid: number) => void): Promise<void> {
    const { server } = this.#o
    const row = await session.query('SELECT @@pid_file AS file, @@datadir AS dir').then(
      ([first]) => first,
      () => undefined,
    )
    const dir = text(row, 'dir')
    const file = server.pidFile ?? text(row, 'file')
    const pid = await readPid(isAbsolute(file) ? file : join(dir, file))
    // Without its pid death is still seen by the closed connection, only later on a large server.
    if (pid === null || !session.alive || this.#stop.signal.aborted) return
    this.#process?.forget()
    this.#process = ServerProcess.watch(pid, server.stoppedTimeout * 1000, {
      onExiting: () => onExiting(pid),
      onStopped: (ms) => this.#weigh('stuck', `the kernel has shown its process ${pid} stopped for ${ms} ms`),
    })
    if (this.#unwatchDisk === null && dir !== '' && server.diskReserve > 0) this.#watchDisk(dir)
  }

  #watchDisk(path: string): void {
    const { server, log } = this.#o
    const leaves = server.onDiskFull === 'leave'
    this.#unwatchDisk = watchDisk({
      path,
      reserve: server.diskReserve,
      onChange: (full, free) => {
        this.#diskFull = full ? `the disk of ${path} is full: ${free} MiB left of ${server.diskReserve} kept back` : ''
        if (!full) log('info', `mysql ${server.name}: ${free} MiB are free again on the disk of ${path}`)
        else if (leaves) this.#weigh('dead', this.#diskFull)
      },
    })
  }

  #weigh(sign: Sign, reason: string): void {
    const { server, log, onHealth } = this.#o
    const answers = sign === 'answers' || sign === 'refuses'
    if (answers && this.#writesStuck) return
    if (answers && this.#diskFull !== '' && server.onDiskFull === 'leave') return
    const before = this.#tally.health
    this.#tally = count(this.#tally, sign, server)
    const said = sign === 'refuses' ? reason : ''
    if (said !== '' && said !== this.#told)
      log('warn', `mysql ${server.name} lives, but is short of something: ${said}`)
    if (answers) this.#told = said
    const { health } = this.#tally
    if (health !== null && health !== before) onHealth(health, reason)
  }
}

/** What the end of a connection, or of the attempt to make one, means. */
function signOf(error: SqlError): Sign {
  if (error.code === 'EXITING') return 'dead'
  const aliveness = alivenessOf(error)
  if (aliveness === 'dead') return 'dead'
  if (aliveness === 'degraded') return 'refuses'
  if (error.code === 'TIMEOUT' || error.code === 'ETIMEDOUT') return 'silent'
  return CUT_OFF.has(error.code) ? 'cut-off' : 'unusable'
}
