import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { TrackFile } from '../config/tracked.ts'
import { fileStart, writeStart } from './file-access.ts'
import { fileValue } from './file-value.ts'

type Log = (level: 'info' | 'warn' | 'error', text: string) => void

export interface FileTrackerOptions {
  readonly file: TrackFile
  /** Called at the start, and whenever the number has changed. */
  readonly onValue: (value: number, reason: string) => void
  readonly log: Log
}

/** Bytes of the file: a number is not longer. */
const LOOKED_AT = 64

/** ms until a folder that is not there, or was replaced, is looked for again. */
const RETRY_MS = 1000

/** Follows the number in a file by the kernel's word (inotify). A file that is not there counts as 0, as in keepalived. */
export class FileTracker {
  readonly #options: FileTrackerOptions
  #watcher: FSWatcher | null = null
  #retry: NodeJS.Timeout | undefined
  #value: number | null = null
  #complained = ''

  constructor(options: FileTrackerOptions) {
    this.#options = options
    this.#initialize()
    this.#watch()
  }

  stop(): Promise<void> {
    clearTimeout(this.#retry)
    this.#watcher?.close()
    this.#watcher = null
    return Promise.resolve()
  }

  /** `init_file`: the daemon makes the file, and a new one only where none is unless `overwrite` says so. */
  #initialize(): void {
    const { file, init } = this.#options.file
    if (init === null) return
    try {
      writeStart(file, `${init.value}\n`, init.overwrite)
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') this.#complain(`it can not be written: ${messageOf(error)}`)
    }
  }

  /** The folder is watched and not the file: an editor puts a new file in its place. */
  #watch(): void {
    const { file } = this.#options.file
    const again = (): void => {
      this.#watcher?.close()
      this.#watcher = null
      clearTimeout(this.#retry)
      this.#retry = setTimeout(() => this.#watch(), RETRY_MS)
    }
    try {
      this.#watcher = watch(dirname(file), (event, name) => {
        // A folder that is itself moved or removed reports its own name.
        if (event === 'rename' && name === basename(dirname(file))) again()
        if (name === null || name === basename(file)) this.#read()
      })
      this.#watcher.on('error', again)
    } catch (error) {
      this.#complain(`its folder can not be watched: ${messageOf(error)}`)
      again()
    }
    this.#read()
  }

  #read(): void {
    const { name, file } = this.#options.file
    let text = ''
    try {
      text = fileStart(file, LOOKED_AT)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') this.#complain(`it can not be read: ${messageOf(error)}`)
    }
    const value = fileValue(text)
    if (value === null) this.#complain('it does not begin with a whole number, which counts as 0')
    const counted = value ?? 0
    if (counted === this.#value) return
    this.#value = counted
    this.#options.log('info', `track_file ${name} is ${counted}`)
    this.#options.onValue(counted, `${file} is ${counted}`)
  }

  #complain(text: string): void {
    const { name, file } = this.#options.file
    if (text === this.#complained) return
    this.#complained = text
    this.#options.log('warn', `track_file ${name} (${file}): ${text}`)
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
