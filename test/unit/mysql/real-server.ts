import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

/** A real MariaDB on a socket in a directory of its own, without accounts, for as long as a test needs it. */
export class RealServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'mmha-mariadbd-'))
  readonly socket = join(this.folder, 's')
  #process: ChildProcess | null = null

  /** @param options of mariadbd, as on its command line */
  async start(...options: readonly string[]): Promise<void> {
    const data = join(this.folder, 'data')
    mkdirSync(data)
    const child = spawn(
      'mariadbd',
      [
        '--no-defaults',
        `--datadir=${data}`,
        `--socket=${this.socket}`,
        `--pid-file=${join(this.folder, 'pid')}`,
        `--user=${userInfo().username}`,
        '--skip-networking',
        '--skip-grant-tables',
        '--innodb-buffer-pool-size=8M',
        '--innodb-log-file-size=4M',
        ...options,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#process = child
    const said: string[] = []
    const tooLate = AbortSignal.timeout(60_000)
    const ready = (async () => {
      for await (const line of createInterface({ input: child.stderr, signal: tooLate })) {
        said.push(line)
        if (line.includes('ready for connections')) return
      }
      throw new Error(`mariadbd ended:\n${said.slice(-10).join('\n')}`)
    })()
    await ready
    child.stderr.resume()
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await Promise.race([ended, delay(10_000, undefined, { ref: false })])
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}
