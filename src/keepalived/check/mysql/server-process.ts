import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { LOOK_MS, watchProcess } from '../process-watch.ts'

/** The fields of /proc/PID/stat after the name, which may hold spaces and parentheses; [0] is the state. */
function fieldsOf(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Has the kernel stopped it: by SIGSTOP (T) or under a debugger (t)? A load, however heavy, never looks like that. */
export function isStopped(stat: string): boolean {
  const [state] = fieldsOf(stat)
  return state === 'T' || state === 't'
}

/** The name of the file's process; null when that can't be read: then only the connections tell. */
export async function readPid(file: string): Promise<number | null> {
  try {
    const pid = Number.parseInt(await readFile(file, 'utf8'), 10)
    return pid > 1 ? pid : null
  } catch {
    return null
  }
}

export interface ServerProcessEvents {
  /** It has begun to die. */
  onExiting(): void
  /** It was seen stopped for so long, and is not let run again. */
  onStopped(ms: number): void
}

/** The process of the local server, as the kernel shows it. */
export class ServerProcess {
  readonly #pid: number
  /** Ticks at which it began: with the pid they name one process for ever. */
  readonly #start: string
  readonly #unwatch: () => void

  private constructor(pid: number, start: string, unwatch: () => void) {
    this.#pid = pid
    this.#start = start
    this.#unwatch = unwatch
  }

  /**
   * Watches it until `forget`. Being stopped is counted in looks, not by the clock: while we ourselves are not let run,
   * nothing is counted.
   * @param patienceMs how long it may be stopped
   * @returns null when there is no such process, or it is no database server: a stale pid file
   */
  static watch(pid: number, patienceMs: number, events: ServerProcessEvents): ServerProcess | null {
    const start = startOf(pid)
    if (start === null) return null
    const needed = Math.max(1, Math.ceil(patienceMs / LOOK_MS))
    let looks = 0
    const onLook = (stat: string): boolean => {
      looks = isStopped(stat) ? looks + 1 : 0
      if (looks === needed) events.onStopped(looks * LOOK_MS)
      return looks > 0
    }
    const unwatch = watchProcess(pid, () => events.onExiting(), onLook)
    return unwatch === null ? null : new ServerProcess(pid, start, unwatch)
  }

  /** SIGKILL: also a stopped process obeys it, and one that waits for its disk does before anything else. @returns '' or why not */
  kill(): string {
    if (startOf(this.#pid) !== this.#start) return ''
    try {
      process.kill(this.#pid, 'SIGKILL')
      return ''
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  forget(): void {
    this.#unwatch()
  }
}

/** SIGKILL to a server that nobody has watched. @returns '' or why not */
export function killServer(pid: number): string {
  if (startOf(pid) === null) return `process ${pid} is no database server`
  try {
    process.kill(pid, 'SIGKILL')
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function statOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return null
  }
}

/** null: gone, or another program that got the number since the file was written. */
function startOf(pid: number): string | null {
  const stat = statOf(pid)
  if (stat === null || !/\((mysqld|mariadbd)/.test(stat)) return null
  return fieldsOf(stat)[19] ?? null
}
