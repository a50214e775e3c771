import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { expect } from 'vitest'

const tree = resolve(import.meta.dirname, '../../..')

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The built CLI, as a user has it, against one lab. */
export class Mmha {
  readonly #lab: string

  constructor(lab: string) {
    this.#lab = lab
  }

  run(...words: readonly string[]): Promise<Outcome> {
    return new Promise((done, fail) => {
      const child = spawn(process.execPath, ['dist/mmha.js', ...words], {
        cwd: tree,
        env: { ...process.env, MMHA_LAB: this.#lab },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let stdout = ''
      let stderr = ''
      child.stdout.on('data', (chunk) => {
        stdout += chunk
      })
      child.stderr.on('data', (chunk) => {
        stderr += chunk
      })
      child.on('error', fail)
      child.on('close', (code) => done({ code, stdout, stderr }))
    })
  }

  /** Runs a command that must succeed; gives its stdout. */
  async ok(...words: readonly string[]): Promise<string> {
    const outcome = await this.run(...words)
    expect(outcome.code, `mmha ${words.join(' ')}\n${outcome.stdout.slice(-4000)}\n${outcome.stderr}`).toBe(0)
    return outcome.stdout
  }

  /** Runs sh on a host, from its console. */
  async on(host: string, script: string): Promise<string> {
    return (await this.ok('lab', 'exec', host, '--', 'sh', '-c', script)).trim()
  }

  /** Rows of a statement as root over the socket, columns separated by tabs. */
  sql(host: string, statement: string): Promise<string> {
    return this.on(
      host,
      `client=$(command -v mariadb || command -v mysql); exec "$client" --batch --skip-column-names -e '${statement}'`,
    )
  }
}

/** The last document of a run with --json. */
export function lastDocument<T>(stdout: string): T {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as T
}
