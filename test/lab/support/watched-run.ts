import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const tree = resolve(import.meta.dirname, '../../..')

export interface Line {
  readonly type: string
  readonly code?: string
  readonly host?: string
  readonly message?: string
  readonly hint?: string
  readonly exit?: number
  /** Of a result. */
  readonly bytes?: number
  readonly seconds?: number
  readonly data?: { readonly bytes?: number; readonly rate?: number; readonly remaining?: number | null }
}

export interface Ended {
  readonly exit: number | null
  readonly lines: readonly Line[]
  readonly last: Line | undefined
}

/** A command with --json, watched while it works. */
export class WatchedRun {
  readonly ended: Promise<Ended>
  readonly #pid: number

  constructor(lab: string, words: readonly string[], onLine: (line: Line, run: WatchedRun) => void) {
    // In a process group of its own, as a shell's job is.
    const child = spawn(process.execPath, ['dist/mmha.js', ...words, '--json'], {
      cwd: tree,
      env: { ...process.env, MMHA_LAB: lab },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    this.#pid = child.pid ?? 0
    const lines: Line[] = []
    createInterface({ input: child.stdout }).on('line', (text) => {
      // The last line of one that was killed may be half a line.
      if (!text.endsWith('}')) return
      const line = JSON.parse(text) as Line
      lines.push(line)
      onLine(line, this)
    })
    this.ended = once(child, 'close').then(([exit]) => ({ exit: exit as number | null, lines, last: lines.at(-1) }))
  }

  /** All of it at once, as an OOM killer or the power of the machine it runs on. */
  kill(): void {
    process.kill(-this.#pid, 'SIGKILL')
  }
}
