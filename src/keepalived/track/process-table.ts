import { readdirSync, readFileSync } from 'node:fs'
import { commandLine, runningComm, type SeenProcess } from './process-match.ts'

/** A process is looked at in this many scans after it came up: until then it may become another program (exec). */
const YOUNG_SCANS = 3
/** Every so many scans all processes are looked at anew, for one that changed its name late. */
const FULL_SCAN = 30

/**
 * The host's processes. A scan lists /proc and reads only what is new since the last one, so it costs about a
 * millisecond where reading all costs ten.
 */
export class ProcessTable {
  readonly #root: string
  readonly #needsArgs: boolean
  #seen = new Map<number, { readonly process: SeenProcess | null; readonly scans: number }>()
  #scan = 0

  /** @param needsArgs whether command lines have to be read, too */
  constructor(needsArgs: boolean, root = '/proc') {
    this.#needsArgs = needsArgs
    this.#root = root
  }

  scan(): ReadonlyMap<number, SeenProcess> {
    const all = this.#scan++ % FULL_SCAN === 0
    const now = new Map<number, { readonly process: SeenProcess | null; readonly scans: number }>()
    for (const name of readdirSync(this.#root)) {
      const pid = Number(name)
      if (!Number.isInteger(pid)) continue
      const known = this.#seen.get(pid)
      const fresh = all || known === undefined || known.scans < YOUNG_SCANS
      now.set(pid, fresh ? { process: this.#read(pid), scans: (known?.scans ?? 0) + 1 } : known)
    }
    this.#seen = now
    return new Map([...now].flatMap(([pid, { process }]) => (process === null ? [] : [[pid, process] as const])))
  }

  /** The kernel said that it ended: its number may come again. */
  forget(pid: number): void {
    this.#seen.delete(pid)
  }

  #read(pid: number): SeenProcess | null {
    try {
      const comm = runningComm(readFileSync(`${this.#root}/${pid}/stat`, 'latin1'))
      if (comm === null) return null
      const args = this.#needsArgs ? commandLine(readFileSync(`${this.#root}/${pid}/cmdline`, 'utf8')) : []
      return { comm, args }
    } catch {
      // It ended between the listing and the look.
      return null
    }
  }
}
