import { createWriteStream, existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Connection } from '../hosts/connection.ts'
import { ROOT_SHELL } from '../hosts/remote-script.ts'
import { shellQuote } from '../modules/step.ts'

/** Refuses, before anything is done, a file that could not be written at the end. @throws MmhaError (exit 4) */
export function checkTailFile(file: string): void {
  const invalid = (message: string, hint: string) =>
    new MmhaError(message, { code: 'TAIL_FILE', source: 'user', exit: EXIT.invalid, hint })
  if (existsSync(file)) throw invalid(`${file} is there already`, 'give --keep-tail-as another name')
  if (!existsSync(dirname(file))) throw invalid(`there is no folder ${dirname(file)}`, 'make it, or give another name')
}

/**
 * Brings the transactions that were saved on a host before its data was dropped, as SQL for a person to read, into a
 * file of this machine (0600).
 * @param path on the host; null: what an earlier run that was cut, or the daemon, saved there last
 * @returns false: nothing is saved there
 * @throws MmhaError TAIL_NOT_FETCHED (exit 1): it is still on the host
 */
export async function fetchTail(connection: Connection, path: string | null, file: string): Promise<boolean> {
  const newest = 'ls -t /var/lib/mmha/quarantine/*.sql 2>/dev/null | head -n 1'
  const channel = await connection.openStream(ROOT_SHELL)
  channel.stderr.resume()
  const ended = new Promise<number | null>((resolve) => {
    let code: number | null = null
    channel.once('exit', (status: number | null) => {
      code = status
    })
    channel.once('close', () => resolve(code))
  })
  channel.end(
    `file=${path === null ? `$(${newest})` : shellQuote(path)}\n[ -n "$file" ] || exit ${NONE}\nexec cat "$file"\n`,
  )
  try {
    await pipeline(channel, createWriteStream(file, { flags: 'wx', mode: 0o600 }))
    const code = await ended
    if (code === 0) return true
    rmSync(file)
    if (code === NONE) return false
    throw new Error(`cat ended with ${code ?? 'a signal'}`)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new MmhaError(`its transactions could not be brought to ${file}: ${why}`, {
      code: 'TAIL_NOT_FETCHED',
      source: 'user',
      exit: EXIT.failed,
      host: connection.name,
      hint: `they are on the host still: ${path ?? '/var/lib/mmha/quarantine'}`,
      cause,
    })
  }
}

const NONE = 44
