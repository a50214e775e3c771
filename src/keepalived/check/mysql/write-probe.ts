import { keepOutOfBinlog, probeWrite } from '../../../mysql/probe.ts'
import type { WatchedSession } from '../../../mysql/session.ts'
import { SqlError } from '../../../mysql/sql-session.ts'
import { type SharedWake, sharedWake } from '../shared-wake.ts'

export interface WriteProbeOptions {
  /** s between two probes */
  readonly interval: number
  /** s */
  readonly timeout: number
  /** Only a holder that is up is written to. */
  wanted(): boolean
  open(): Promise<WatchedSession>
  /** Two probes in a row did not come back: nothing is written any more. */
  onStuck(ms: number): void
  /** A probe came back after that. */
  onMoving(): void
  log(level: 'info' | 'warn', message: string): void
  /** Between two probes; for tests. */
  readonly pause?: SharedWake['pause']
}

/** A disk may keep a sync waiting for seconds under load; twice in a row, on two connections, it is more than load. */
const FAILURES = 2
const RETRY_MS = 100
const FORBIDDEN_MS = 60_000

/** Says whether the holder's writes reach the disk; a hang there is invisible to SELECT. @returns stops it */
export function startWriteProbe(options: WriteProbeOptions): () => void {
  const stop = new AbortController()
  void new WriteProbe(options, stop.signal).run()
  return () => stop.abort()
}

class WriteProbe {
  readonly #o: WriteProbeOptions
  readonly #signal: AbortSignal
  #session: WatchedSession | null = null
  #failures = 0
  #stuck = false
  /** The account may not keep a session out of the binlog. */
  #forbidden = false
  #told = ''

  constructor(options: WriteProbeOptions, signal: AbortSignal) {
    this.#o = options
    this.#signal = signal
  }

  async run(): Promise<void> {
    const { pause = sharedWake.pause.bind(sharedWake) } = this.#o
    const aborted = (): void => this.#session?.close()
    this.#signal.addEventListener('abort', aborted, { once: true })
    while (!this.#signal.aborted) {
      if (this.#o.wanted()) await this.#probe()
      else this.#rest()
      await pause(this.#pauseMs(), this.#signal)
    }
  }

  #pauseMs(): number {
    if (this.#forbidden) return FORBIDDEN_MS
    return this.#failures > 0 ? RETRY_MS : this.#o.interval * 1000
  }

  /** Whoever is no holder has nothing to write; what was stuck is the past. */
  #rest(): void {
    this.#session?.close()
    this.#session = null
    this.#moving()
  }

  async #probe(): Promise<void> {
    try {
      this.#session ??= await this.#opened()
      await probeWrite(this.#session, this.#o.timeout * 1000)
      this.#told = ''
      this.#moving()
    } catch (error) {
      if (this.#signal.aborted) return
      this.#refused(error)
    }
  }

  async #opened(): Promise<WatchedSession> {
    const session = await this.#o.open()
    try {
      await keepOutOfBinlog(session)
      this.#forbidden = false
      return session
    } catch (error) {
      session.close()
      this.#forbidden = error instanceof SqlError && !error.lost
      throw error
    }
  }

  #refused(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error)
    if (error instanceof SqlError && error.lost) {
      const late = error.code === 'TIMEOUT' && this.#session !== null
      this.#session = null
      // A connection that could not be made, or was cut off, is the other probe's matter.
      if (!late) return
      this.#failures += 1
      if (this.#failures < FAILURES || this.#stuck) return
      this.#stuck = true
      this.#o.onStuck(FAILURES * this.#o.timeout * 1000)
      return
    }
    // The server answered: it does not hang, whatever it dislikes (read_only, a backup's lock, a full disk, no right).
    this.#moving()
    if (why !== this.#told) this.#o.log('warn', `the write probe was refused: ${why}`)
    this.#told = why
  }

  #moving(): void {
    this.#failures = 0
    if (!this.#stuck) return
    this.#stuck = false
    this.#o.onMoving()
  }
}
