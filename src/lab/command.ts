import { spawn } from 'node:child_process'
import { EXIT, MmhaError } from '../events/error.ts'

export interface CommandOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** ms; the command is killed after it. */
  readonly timeout?: number
  /** Aborted: the command is killed. */
  readonly signal?: AbortSignal | undefined
  /** Called with each line of stderr, as it comes. */
  readonly onErrorLine?: (line: string) => void
}

export interface CommandResult {
  /** Exit status; 128 + signal number is not guessed: null means killed by a signal or the timeout. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a local command to its end; never throws on its exit status. A program that isn't there gives code 127. */
export function attempt(argv: readonly [string, ...string[]], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((done) => {
    const child = spawn(argv[0], argv.slice(1), {
      env: { ...process.env, LC_ALL: 'C', ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      killSignal: 'SIGKILL',
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    let stdout = ''
    let stderr = ''
    let line = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      const lines = (line + text).split('\n')
      line = lines.pop() ?? ''
      for (const whole of lines) options.onErrorLine?.(whole)
    })
    // EPIPE: the command ended without reading its input; its exit status says what that means.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    child.on('error', (error) => done({ code: 127, stdout, stderr: stderr + error.message }))
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

/**
 * Runs a local command that must succeed; gives its stdout.
 * @throws MmhaError `LAB_COMMAND_FAILED` with the command line and the end of its stderr.
 */
export async function must(argv: readonly [string, ...string[]], options: CommandOptions = {}): Promise<string> {
  const result = await attempt(argv, options)
  if (result.code === 0) return result.stdout
  const why = result.stderr.trim().split('\n').slice(-5).join('\n')
  throw new MmhaError(`\`${argv.join(' ')}\` failed (${result.code ?? 'killed'}): ${why}`, {
    code: 'LAB_COMMAND_FAILED',
    source: 'mmha',
    exit: EXIT.failed,
    hint: 'see `mmha lab status`; `mmha lab down` clears everything',
  })
}
