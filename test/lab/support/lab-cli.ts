import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'

const tree = resolve(import.meta.dirname, '../../..')

const ENTRY = `
import { Command } from 'commander'
import { registerLab } from './src/cli/lab.ts'
const program = new Command('mmha').enablePositionalOptions()
registerLab(program)
program.parseAsync().catch((error) => {
  process.stderr.write('error: ' + error.message + '\\n')
  process.exitCode = error.exit ?? 1
})
`

export interface Run {
  readonly child: ChildProcess
  /** Lines of stderr so far. */
  readonly lines: string[]
  /** Resolves with the first line that matches; rejects when the command ends without one. */
  until(pattern: RegExp): Promise<string>
  /** Resolves with its exit code, null when a signal ended it. */
  readonly ended: Promise<number | null>
}

/** `mmha lab …` as a process of its own, so that it can be killed. */
export class LabCli {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mmha-lab-cli-'))

  async prepare(): Promise<void> {
    await build({
      stdin: { contents: ENTRY, resolveDir: tree, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outfile: join(this.#folder, 'lab.cjs'),
      logLevel: 'error',
    })
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  run(words: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
    const child = spawn(process.execPath, [join(this.#folder, 'lab.cjs'), 'lab', ...words], {
      cwd: tree,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    const lines: string[] = []
    const waiting = new Set<() => void>()
    const look = () => {
      for (const again of waiting) again()
    }
    const ended = once(child, 'close').then(([code]) => {
      closed = true
      look()
      return code
    })
    let closed = false
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      look()
    })
    const until = (pattern: RegExp) =>
      new Promise<string>((done, fail) => {
        const again = () => {
          const found = lines.find((line) => pattern.test(line))
          if (found === undefined && !closed) return
          waiting.delete(again)
          if (found === undefined) fail(new Error(`ended without ${pattern}:\n${lines.join('\n')}`))
          else done(found)
        }
        waiting.add(again)
        again()
      })
    return { child, lines, until, ended }
  }
}
