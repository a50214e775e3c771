import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { MmhaError } from '../events/error.ts'
import type { MmhaEvent, Sink } from '../events/event.ts'
import { language } from '../events/language.ts'
import { frame } from '../events/messages/frame.ts'
import { type RunHeader, runId } from '../modules/host-journal.ts'

/** Logs that are kept; the oldest go when another one is written. */
const KEPT = 100

/** Where logs of runs are: `$XDG_STATE_HOME/mmha/runs`, for their owner alone. */
export function logFolder(env: NodeJS.ProcessEnv = process.env): string {
  const state = env.XDG_STATE_HOME ?? ''
  return join(state.startsWith('/') ? state : join(env.HOME || homedir(), '.local/state'), 'mmha/runs')
}

/**
 * Everything that a run said, what its steps printed included, line by line with its time; written as it happens once
 * something is done, so that a run that is killed leaves it, and not at all for a run that finds nothing to do.
 */
export class RunLog {
  readonly #file: string
  readonly #folder: string
  #waiting: string[] = []
  #open = false
  #broken = false
  #pruned = false

  /** @param head first line: what was asked for */
  constructor(id: string, head: string, folder: string = logFolder()) {
    this.#folder = folder
    this.#file = join(folder, `${id}.log`)
    this.#waiting.push(head)
  }

  /** From here on something is done: for what has no steps. */
  begin(): void {
    this.#open = true
    this.#write()
  }

  /** What is no event: which host answered what. In English, without a secret. */
  note(text: string): void {
    this.#waiting.push(`${new Date().toISOString()} ${text}`)
    if (this.#open) this.#write()
  }

  /** Hears every event, and hands it on. */
  through(next: Sink): Sink {
    return (event) => {
      if (event.level === 'trace') return next(event)
      this.#waiting.push(line(event))
      if (event.code === 'step.begin') this.#open = true
      if (this.#open) this.#write()
      next(event)
    }
  }

  /** How the run ended. @returns the log's path; null when nothing was done, or it can't be written */
  end(how: string): string | null {
    this.#waiting.push(`${new Date().toISOString()} ${how}`)
    if (this.#open) this.#write()
    return this.path
  }

  /** null: nothing was done so far, or it can't be written. */
  get path(): string | null {
    return this.#open && !this.#broken ? this.#file : null
  }

  #write(): void {
    if (this.#broken) return
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      appendFileSync(this.#file, `${this.#waiting.join('\n')}\n`, { mode: 0o600 })
      this.#waiting = []
      if (!this.#pruned) this.#prune()
    } catch {
      // A full disk, or a home that nobody may write: that is no reason not to mend a pair. `end` says that there is none.
      this.#broken = true
    }
  }

  #prune(): void {
    this.#pruned = true
    const logs = readdirSync(this.#folder).filter((name) => name.endsWith('.log'))
    for (const old of logs.sort().slice(0, -KEPT)) rmSync(join(this.#folder, old), { force: true })
  }
}

/** Of this process. */
const ids = new Set<string>()

/** A run of this command that begins now. */
export function newRun(command: string, now: Date): RunHeader {
  const by = `${userInfo().username}@${hostname()}`
  let id = runId(now, randomBytes(2))
  // Pairs that begin in the same second: one log each.
  while (ids.has(id)) id = runId(now, randomBytes(2))
  ids.add(id)
  return { id, command, by, started: now.toISOString() }
}

/**
 * Does what has no playbook with a log of its own; where it fails, its path is said on stderr.
 * @param words what was asked for: `switchover pair.yml`
 */
export async function withLog<T>(command: string, words: string, work: (log: RunLog) => Promise<T>): Promise<T> {
  const { id, by, started } = newRun(command, new Date())
  const log = new RunLog(id, `mmha ${command} ${words}, ${by}, ${started}`)
  try {
    const result = await work(log)
    log.end('done')
    return result
  } catch (error) {
    sayLog(log.end(`ended with an error: ${errorText(error)}`))
    throw error
  }
}

/** On a failure. */
export function sayLog(
  file: string | null,
  say: (text: string) => void = (text) => process.stderr.write(`${text}\n`),
): void {
  if (file !== null) say(frame('recap.log', { file })[language()])
}

/** In English, in one line. */
export function errorText(error: unknown): string {
  const hint = error instanceof MmhaError && error.hint !== undefined ? ` (do: ${error.hint})` : ''
  return `${error instanceof Error ? error.message : String(error)}${hint}`
}

function line({ level, host, message, code }: MmhaEvent): string {
  const mark = level === 'error' || level === 'warn' ? `${level}: ` : ''
  return `${new Date().toISOString()} ${code} ${host === undefined ? '' : `${host}: `}${mark}${message}`
}
