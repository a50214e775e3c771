import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory for scripts and what they write; `remove` it. */
export class Sandbox {
  readonly path = mkdtempSync(join(tmpdir(), 'mmha-config-'))

  constructor() {
    // Scripts may run as keepalived_script where a system has that user.
    chmodSync(this.path, 0o777)
  }

  /** Writes an executable shell script. */
  script(name: string, body: string): string {
    const path = join(this.path, name)
    writeFileSync(path, `#!/bin/sh\n${body}\n`)
    chmodSync(path, 0o755)
    return path
  }

  file(name: string): string {
    return join(this.path, name)
  }

  read(name: string): string {
    return existsSync(this.file(name)) ? readFileSync(this.file(name), 'utf8') : ''
  }

  /** Resolves when a file's content satisfies `done`, as soon as it is written. */
  until(name: string, done: (text: string) => boolean): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        const text = this.read(name)
        if (!done(text)) return
        watcher.close()
        resolve(text)
      }
      const watcher = watch(this.path, look)
      look()
    })
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** Things that are said, to be waited for. */
export class Heard<T> {
  readonly all: T[] = []
  #wake: (() => void)[] = []

  add(item: T): void {
    this.all.push(item)
    for (const wake of this.#wake.splice(0)) wake()
  }

  /** The first item that satisfies `wanted`, now or later. */
  async first(wanted: (item: T) => boolean): Promise<T> {
    for (;;) {
      const found = this.all.find(wanted)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve)
      })
    }
  }
}

/** A process that is there and has not ended; one that waits to be reaped by somebody else's init has. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^\d+ \(.*\) [ZX]/.test(stat)
  } catch {
    return false
  }
}
