import { execFileSync } from 'node:child_process'
import { closeSync, constants, fchownSync, fstatSync, lstatSync, openSync, unlinkSync, writeSync } from 'node:fs'
import type { FifoConfig } from '../config/notification.ts'
import { describe, type Run } from './run-command.ts'
import type { ScriptUser } from './script-user.ts'
import type { Log, Scripts } from './scripts.ts'

/** ms until a reader that has ended is started again. */
const READER_PAUSE_MS = 5000
/** ms that giving it away may take. */
const CHOWN_MS = 5000
/** A reader has no time limit: the longest that a timer can wait. */
const FOR_EVER_MS = 2 ** 31 - 1

/** One notify FIFO: made when it isn't there, written without ever waiting, and read by its script if it has one. */
export class Fifo {
  readonly #config: FifoConfig
  readonly #scripts: Scripts
  readonly #log: Log
  readonly #made: boolean
  #descriptor: number | null
  #reader: Run | null = null
  #restart: NodeJS.Timeout | undefined
  #full = false

  /** What can't be made or opened is said once, and nothing is written. */
  constructor(config: FifoConfig, scripts: Scripts, log: Log) {
    this.#config = config
    this.#scripts = scripts
    this.#log = log
    this.#made = this.#make()
    this.#descriptor = this.#open()
    if (this.#descriptor !== null) void this.#own().then(() => this.#read())
  }

  #make(): boolean {
    const { path } = this.#config
    try {
      lstatSync(path)
      return false
    } catch {
      // Not there: made below, where the reason of a failure is said.
    }
    try {
      execFileSync('mkfifo', ['-m', '0600', path], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 5000 })
      return true
    } catch (error) {
      this.#log('error', `Unable to create notify fifo ${path}: ${(error as Error).message}`)
      return false
    }
  }

  #open(): number | null {
    const { path } = this.#config
    try {
      // For reading, too: then opening waits for no reader, and the end of one is no SIGPIPE.
      const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW)
      if (fstatSync(descriptor).isFIFO()) return descriptor
      closeSync(descriptor)
      this.#log('error', `Unable to open notify fifo ${path}: it is no FIFO; remove it`)
    } catch (error) {
      this.#log('error', `Unable to open notify fifo ${path}: ${(error as Error).message}`)
    }
    return null
  }

  /** One that we have made is for its reader, and for nobody else: who reads a line takes it away. As keepalived. */
  async #own(): Promise<void> {
    if (!this.#made) return
    const { path, owner, script } = this.#config
    const user = await this.#scripts.reader(owner ?? script)
    if (this.#descriptor === null || user === null) return
    if (typeof user === 'string') {
      this.#log('error', `notify fifo ${path} stays root's: ${user}`)
      return
    }
    try {
      fchownSync(this.#descriptor, user.uid, user.gid)
    } catch (error) {
      const failed = await this.#giveOutside(user, (error as NodeJS.ErrnoException).code ?? String(error))
      if (failed !== null) this.#log('error', `notify fifo ${path} stays root's: ${failed}`)
    }
  }

  /** In the unit's sandbox nobody may give files away. @param refused why we may not @returns why nobody may; null: done */
  async #giveOutside({ uid, gid }: ScriptUser, refused: string): Promise<string | null> {
    if (refused !== 'EPERM') return refused
    const chown = await this.#scripts.prepare({ argv: ['chown'], user: 'root', group: null })
    if (typeof chown === 'string') return chown
    const words = ['--no-dereference', `${uid}:${gid}`, this.#config.path]
    const outcome = await this.#scripts.startOutside(chown, CHOWN_MS, words).verdict
    return outcome.end === 'exit' && outcome.code === 0 ? null : `chown: ${describe(outcome)}`
  }

  async #read(): Promise<void> {
    const { path, script } = this.#config
    if (script === null) return
    const ready = await this.#scripts.prepare(script)
    if (typeof ready === 'string') {
      this.#log('error', `reader of ${path} is not started: ${ready}`)
      return
    }
    if (this.#descriptor === null) return
    this.#reader = this.#scripts.startOutside(ready, FOR_EVER_MS, [path])
    const outcome = await this.#reader.verdict
    this.#reader = null
    if (this.#descriptor === null) return
    this.#log(
      'warn',
      `reader of ${path} has ended (${describe(outcome)}), started again in ${READER_PAUSE_MS / 1000} s`,
    )
    this.#restart = setTimeout(() => void this.#read(), READER_PAUSE_MS)
  }

  /** A line that nobody has room for is dropped, as keepalived does; the first of them is said. */
  write(line: string): void {
    if (this.#descriptor === null) return
    try {
      writeSync(this.#descriptor, line)
      this.#full = false
    } catch (error) {
      if (!this.#full)
        this.#log('warn', `notify fifo ${this.#config.path}: lines are dropped: ${(error as Error).message}`)
      this.#full = true
    }
  }

  /** Closes it and gives its reader `patienceMs` to read the rest. */
  async stop(patienceMs: number): Promise<void> {
    clearTimeout(this.#restart)
    const { path } = this.#config
    if (this.#descriptor !== null) closeSync(this.#descriptor)
    this.#descriptor = null
    const reader = this.#reader
    if (reader !== null) {
      const timer = setTimeout(() => reader.end(), patienceMs)
      await reader.done
      clearTimeout(timer)
    }
    try {
      if (this.#made) unlinkSync(path)
    } catch {
      // Somebody has removed it already.
    }
  }
}
