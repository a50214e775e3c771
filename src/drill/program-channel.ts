import { spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Connection } from '../hosts/connection.ts'
import { shellQuote } from '../modules/step.ts'

/** Pipes to a program, here or on another host. Ending stdin ends the program. */
export interface ProgramChannel {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when the program, or the link to it, is gone. */
  readonly closed: Promise<void>
}

export interface ProgramFiles {
  /** Node binary and bundle, on the host where they run. */
  readonly node: string
  readonly bundle: string
}

export type ProgramMode = 'writer' | 'sampler'

/** A new session after a fault must not wait until its code is compiled: that would count as the pair's time. */
const ENGINE_FLAGS = ['--no-lazy', '--no-flush-bytecode'] as const

/** Starts a program on the controller itself. */
export function startHere(files: ProgramFiles, mode: ProgramMode): ProgramChannel {
  const child = spawn(files.node, [...ENGINE_FLAGS, files.bundle, mode], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {})
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, closed }
}

/** Starts a program on a host, as root. */
export async function startThere(
  connection: Connection,
  files: ProgramFiles,
  mode: ProgramMode,
): Promise<ProgramChannel> {
  const command = `exec ${[files.node, ...ENGINE_FLAGS, files.bundle, mode].map(shellQuote).join(' ')}`
  const channel = await connection.openStream(command, { asRoot: true })
  const closed = new Promise<void>((resolve) => channel.once('close', () => resolve()))
  return { stdin: channel, stdout: channel, stderr: channel.stderr, closed }
}
