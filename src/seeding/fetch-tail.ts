import { existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { EXIT, MmhaError } from '../events/error.ts'
import { ROOT_SHELL } from '../hosts/become.ts'
import type { Connection } from '../hosts/connection.ts'
import { shellQuote } from '../modules/step.ts'

/** `m1-tail.sql` → `m1-tail.binlog` */
export function binlogBeside(file: string): string {
  return `${file.replace(/\.sql$/, '')}.binlog`
}

/** Refuses, before anything is done, a file that could not be written at the end. @throws MmhaError (exit 4) */
export function checkTailFile(file: string): void {
  const invalid = (message: string, hint: string) =>
    new MmhaError(message, { code: 'TAIL_FILE', source: 'user', exit: EXIT.invalid, hint })
  for (const one of [file, binlogBeside(file)])
    if (existsSync(one)) throw invalid(`${one} is there already`, 'give --keep-tail-as another name')
  if (!existsSync(dirname(file))) throw invalid(`there is no folder ${dirname(file)}`, 'make it, or give another name')
}

/**
 * Brings the transactions that were saved on a host before its data was dropped (as SQL, or as a binlog), into a
 * file of this machine (0600), or leaves none.
 * @param path on the host
 * @throws MmhaError TAIL_NOT_FETCHED (exit 1): it is still on the host
 */
export async function fetchTail(connection: Connection, path: string, file: string): Promise<void> {
  const refuse = (cause: unknown) =>
    new MmhaError(
      `its transactions could not be brought to ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        code: 'TAIL_NOT_FETCHED',
        source: 'user',
        exit: EXIT.failed,
        host: connection.name,
        hint: `they are on the host still: ${path}`,
        cause,
      },
    )
  const own = await open(file, 'wx', 0o600).catch((cause: unknown) => {
    throw refuse(cause)
  })
  try {
    const channel = await connection.openStream(ROOT_SHELL, { asRoot: true })
    channel.stderr.resume()
    const ended = new Promise<number | null>((resolve) => {
      let code: number | null = null
      channel.once('exit', (status: number | null) => {
        code = status
      })
      channel.once('close', () => resolve(code))
    })
    channel.end(`exec cat ${shellQuote(path)}\n`)
    await pipeline(channel, own.createWriteStream())
    const code = await ended
    if (code !== 0) throw new Error(code === null ? 'the link was cut' : `it could not be read there (status ${code})`)
  } catch (cause) {
    await rm(file)
    throw refuse(cause)
  }
}
