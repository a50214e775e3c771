import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { findTail, savedAs, tailBytes } from '../../mysql/binlog-tail.ts'
import { seedingWordsOf } from '../../mysql/dialect-seeding.ts'
import type { GtidSet } from '../../mysql/gtid-set.ts'
import { STATE_DIR } from './state-file.ts'

export interface TailOptions {
  readonly flavour: 'mysql' | 'mariadb'
  readonly binlogIndex: string
  /** What this server has and the holder has not, in exact numbers. */
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
 * Saves the transactions that only this server has, readable by root only: as a binlog, byte for byte as they were logged,
 * and as SQL that a person can read and `mysql` can replay. A file that is there is whole.
 * @returns a line about each file, and about what could not be saved
 */
export async function saveTail(options: TailOptions): Promise<readonly string[]> {
  const dir = join(options.stateDir ?? STATE_DIR, 'quarantine')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const path = join(dir, new Date().toISOString().replaceAll(':', ''))
  const why = (error: unknown) => (error instanceof Error ? error.message : String(error))
  return Promise.all([
    saveSql(options, `${path}.sql`).then(
      () => `the transactions that are only here were saved to ${path}.sql`,
      (error) => `the transactions that are only here could not be saved as SQL: ${why(error)}`,
    ),
    saveBinlog(options, `${path}.binlog`).catch(
      (error) => `the transactions that are only here could not be saved as a binlog: ${why(error)}`,
    ),
  ])
}

/**
 * Writes a binlog of just these transactions (0600).
 * @returns a line about it, also of what the server's binlogs hold no more
 * @throws Error when it can't: encrypted binlogs, tagged GTIDs, a full disk
 */
export async function saveBinlog({ flavour, binlogIndex, extra }: TailOptions, path: string): Promise<string> {
  const tail = await findTail(await binlogFiles(binlogIndex), flavour, extra)
  const said = savedAs(flavour, tail, path)
  await whole(path, (part) =>
    pipeline(Readable.from(tailBytes(tail)), createWriteStream(part, { mode: 0o600, flush: true })),
  )
  return said
}

async function saveSql({ flavour, binlogIndex, extra, common }: TailOptions, path: string): Promise<void> {
  const files = await binlogFiles(binlogIndex)
  const [command = '', ...words] = seedingWordsOf(flavour).tailCommand(extra, common)
  await whole(path, (part) => run(command, [...words, ...files], part))
}

/** What is cut short leaves no file that could be taken for the whole. */
async function whole(path: string, write: (part: string) => Promise<void>): Promise<void> {
  const part = `${path}.part`
  try {
    await write(part)
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

async function run(command: string, args: readonly string[], into: string): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000)
  })
  const ended = new Promise<void>((done, failed) => {
    child.on('error', failed)
    child.on('close', (code) => {
      if (code === 0) done()
      else failed(new Error(`${command} ended with ${code}: ${complaint.trim()}`))
    })
  })
  await Promise.all([ended, pipeline(child.stdout, createWriteStream(into, { mode: 0o600, flush: true }))])
}
