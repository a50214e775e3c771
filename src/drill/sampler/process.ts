import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { monotonic } from '../clock.ts'
import type { FromSampler } from '../protocol.ts'

const TAIL = 4000

/** SIGKILL to exactly one process, and only if it still is what the caller takes it for. */
export function killExactly(
  id: number,
  pid: number,
  names: readonly string[],
  say: (message: FromSampler) => void,
): void {
  const begin = monotonic()
  try {
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
    if (!names.includes(name)) {
      say({ t: 'failed', id, message: `process ${pid} is ${name}, not ${names.join(' or ')}: not killed` })
      return
    }
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    say({ t: 'failed', id, message: `process ${pid}: ${String(error)}` })
    return
  }
  say({ t: 'done', id, code: 0, stdout: '', stderr: '', begin, end: monotonic() })
}

/** Runs a command without a shell and says when it began and ended. */
export function execute(id: number, argv: readonly string[], say: (message: FromSampler) => void): void {
  const [command, ...args] = argv
  if (command === undefined) {
    say({ t: 'failed', id, message: 'empty command' })
    return
  }
  const begin = monotonic()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout = (stdout + chunk.toString()).slice(-TAIL)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-TAIL)
  })
  child.once('error', (error) => say({ t: 'failed', id, message: error.message }))
  child.once('close', (code) => say({ t: 'done', id, code, stdout, stderr, begin, end: monotonic() }))
}
