import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { GtidSet } from '../../mysql/gtid-set.ts'
import { tailCommand } from '../../mysql/tail.ts'
import { STATE_DIR } from './state-file.ts'

export interface TailOptions {
  readonly flavour: 'mysql' | 'mariadb'
  readonly binlogIndex: string
  /** What this server has and the holder has not. */
  readonly extra: GtidSet
  /** What both have; MariaDB's reader starts after it. */
  readonly common: GtidSet
  readonly stateDir?: string
}

const LIMIT_MS = 120_000

/** Absolute paths of the binlogs that an index file lists, oldest first. */
export async function binlogFiles(index: string): Promise<readonly string[]> {
  const lines = (await readFile(index, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => resolve(dirname(index), line))
}

/**
 * Saves the transactions that only this server has, as SQL that `mysql` can replay, readable by root only.
 * @returns path of the file
 * @throws Error when there is no reader for binlogs, or it fails
 */
export async function saveTail(options: TailOptions): Promise<string> {
  const dir = join(options.stateDir ?? STATE_DIR, 'quarantine')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const path = join(dir, `${new Date().toISOString().replaceAll(':', '')}.sql`)
  const files = await binlogFiles(options.binlogIndex)
  const [command = '', ...words] = tailCommand(options.flavour, options.extra, options.common)
  await run(command, [...words, ...files], path)
  return path
}

function run(command: string, args: readonly string[], into: string): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS })
    child.stdout.pipe(createWriteStream(into, { mode: 0o600 }))
    let complaint = ''
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2000)
    })
    child.on('error', failed)
    child.on('close', (code) => {
      if (code === 0) done()
      else failed(new Error(`${command} ended with ${code}: ${complaint.trim()}`))
    })
  })
}
