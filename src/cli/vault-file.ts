import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { EXIT, type ExitCode, MmhaError } from '../events/error.ts'
import { wrongPassword } from '../inventory/open-vault.ts'
import type { Secret } from '../inventory/secret.ts'
import { isVault, openVault } from '../inventory/vault-format.ts'

/** A file's content. @throws MmhaError VAULT_FILE (exit 4): it can't be read. */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw vaultError(`cannot read ${file}: ${reasonOf(error)}`, file, 'give the path of an existing file')
  }
}

/** What an encrypted file holds, and its vault id. @throws MmhaError VAULT_FILE (exit 4). */
export function openFile(file: string, envelope: Buffer, password: () => Secret) {
  const text = envelope.toString('utf8')
  if (!isVault(text)) throw vaultError(`${file} is not encrypted`, file, '`mmha vault encrypt` does that')
  const opened = openVault(text, password())
  if (opened.t === 'opened') return opened
  if (opened.t === 'wrong-password')
    throw vaultError(
      `${file}:1:1 ${wrongPassword(opened.id)}`,
      `${file}:1:1`,
      'give the password it was encrypted with',
    )
  throw vaultError(
    `${file}:1:1 is no file of ansible-vault: ${opened.why}`,
    `${file}:1:1`,
    'get the file from a backup',
  )
}

/**
 * Puts new content in a file's place at once; it stays the same owner's.
 * @param mask bits of its mode that it loses
 */
export function replaceFile(file: string, content: Buffer | string, mask = 0): void {
  let beside: string | undefined
  try {
    const target = realpathSync(file)
    const { mode, uid, gid } = statSync(target)
    beside = `${target}.${randomUUID()}.new`
    writeFileSync(beside, content, { mode: 0o600, flag: 'wx', flush: true })
    if (process.getuid?.() === 0) chownSync(beside, uid, gid)
    chmodSync(beside, mode & 0o7777 & ~mask)
    renameSync(beside, target)
  } catch (error) {
    if (beside !== undefined) rmSync(beside, { force: true })
    const message = `cannot write ${file}: ${reasonOf(error)}; it is as it was`
    throw vaultError(message, file, 'is there room, and may you write in its folder?', EXIT.failed)
  }
}

export function vaultError(
  message: string,
  where: string | undefined,
  hint: string,
  exit: ExitCode = EXIT.invalid,
): MmhaError {
  const place = where === undefined ? {} : { where }
  return new MmhaError(message, { code: 'VAULT_FILE', source: 'user', exit, ...place, hint })
}

/** The system's code for it; the message of a failed call is ours to write. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
