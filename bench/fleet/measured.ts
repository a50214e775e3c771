import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What a command took of this machine, itself alone. */
export interface Measured {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** ms */
  readonly wall: number
  /** ms of processor time */
  readonly cpu: number
  /** MB of memory at most */
  readonly peak: number
}

/** ms between looks at a running process; the last 10 ms of processor time may be missed. */
const LOOK = 10
/** ms of a tick in /proc. */
const TICK = 10

export async function measured(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<Measured> {
  const begin = performance.now()
  const child = spawn(program, [...words], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr, cpu, peak] = ['', '', 0, 0]
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const look = setInterval(() => {
    try {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ')
      cpu = (Number(fields[11]) + Number(fields[12])) * TICK
      const status = readFileSync(`/proc/${child.pid}/status`, 'latin1')
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024)
    } catch {
      // It has ended between two looks.
    }
  }, LOOK)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearInterval(look)
  return { status, stdout, stderr, wall: performance.now() - begin, cpu, peak }
}
