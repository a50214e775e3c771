import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { expect } from 'vitest'
import type { MmhaEvent } from '../../../src/events/event.ts'
import { hostNamed } from '../../../src/lab/faults.ts'
import { execIn } from '../../../src/lab/machine.ts'
import { readState } from '../../../src/lab/state.ts'
import { wrongLines } from '../../fixtures/event-lines.ts'

const tree = resolve(import.meta.dirname, '../../..')

/** Commands whose --json is a line an event; the others write one document of their own. */
const STREAMS = [
  'plan',
  'provision',
  'playbook',
  'rollback',
  'teardown',
  'rotate-secrets',
  'verify',
  'rejoin',
  'preflight',
]

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The built CLI, as a user has it, against one lab. */
export class Mmha {
  readonly #lab: string
  readonly #env: Readonly<Record<string, string>>

  /** @param env what the command finds besides our own environment */
  constructor(lab: string, env: Readonly<Record<string, string>> = {}) {
    this.#lab = lab
    this.#env = env
  }

  /** Every line of `--json` is held against its schema. */
  async run(...words: readonly string[]): Promise<Outcome> {
    const outcome = await this.#spawn(words)
    if (words.includes('--json') && (STREAMS.includes(words[0] ?? '') || words[1] === 'up' || words[1] === 'down')) {
      expect(wrongLines(outcome.stdout), `mmha ${words.join(' ')}`).toEqual([])
    }
    return outcome
  }

  #spawn(words: readonly string[]): Promise<Outcome> {
    return new Promise((done, fail) => {
      const child = spawn(process.execPath, ['dist/mmha.js', ...words], {
        cwd: tree,
        env: { ...process.env, ...this.#env, MMHA_LAB: this.#lab },
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
    expect(outcome.code, `mmha ${words.join(' ')}: ${complaints(outcome)}`).toBe(0)
    return outcome.stdout
  }

  /** Runs sh on a host, from its console; must succeed. */
  async on(host: string, script: string): Promise<string> {
    const lab = readState(this.#lab)
    if (lab === null) throw new Error(`the lab ${this.#lab} is not up`)
    const { code, stdout, stderr } = await execIn(hostNamed(lab, host), ['sh', '-c', script])
    expect(code, `${host}: ${script}\n${stdout.slice(-4000)}\n${stderr}`).toBe(0)
    return stdout.trim()
  }

  /** Rows of a statement as root over the socket, columns separated by tabs. */
  sql(host: string, statement: string): Promise<string> {
    return this.on(
      host,
      `client=$(command -v mariadb || command -v mysql); exec "$client" --batch --skip-column-names -e '${statement}'`,
    )
  }
}

/** What a run says is wrong: of --json its errors, then its warnings, else the end of its text; then its stderr. */
export function complaints({ code, stdout, stderr }: Outcome): string {
  const events = stdout
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{"type":"event"'))
    .map((line) => JSON.parse(line) as MmhaEvent)
  const told = (['error', 'warn'] as const).flatMap((level) =>
    events.filter((event) => event.level === level).map(({ host, message }) => `${host ?? ''} ${message}`.trim()),
  )
  return [`exit code ${code}`, ...(told.length > 0 ? told : [stdout.slice(-4000)]), stderr.trim()].join('\n')
}

/** The last document of a run with --json. */
export function lastDocument<T>(stdout: string): T {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as T
}
