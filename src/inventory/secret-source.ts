import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DocumentPath, Problem } from './document.ts'
import { openVaultText } from './open-vault.ts'
import type { SecretDocument } from './schema.ts'
import { Secret } from './secret.ts'
import { isVault } from './vault-format.ts'
import type { VaultPassword } from './vault-password.ts'

interface SecretPlace {
  readonly folder: string
  readonly path: DocumentPath
  readonly env: NodeJS.ProcessEnv
  readonly vaultPassword: VaultPassword
}

/** Gets a secret from where the document says it is. A problem is reported, never the value. */
export function readSecret(
  document: SecretDocument,
  place: SecretPlace,
  report: (problem: Problem) => void,
): Secret | null {
  if (typeof document === 'string') return new Secret(document)
  if ('env' in document) {
    const value = place.env[document.env]
    if (value !== undefined && value !== '') return new Secret(value)
    report({ path: place.path, message: `the environment variable ${document.env} is not set` })
    return null
  }
  if ('command' in document) return fromCommand(document.command, place, report)
  if ('vault' in document) {
    const value = opened(document.vault, 'it', place, report)
    // `echo … | ansible-vault encrypt_string` encrypts echo's newline, too.
    const text = value?.replace(/\r?\n$/, '')
    if (text === '') report({ path: place.path, message: 'the encrypted value is empty' })
    return text === undefined || text === '' ? null : new Secret(text)
  }
  return fromFile(document.file, place, report)
}

function fromFile(file: string, place: SecretPlace, report: (problem: Problem) => void): Secret | null {
  let text: string
  try {
    text = readFileSync(resolve(place.folder, file), 'utf8')
  } catch {
    report({ path: place.path, message: `cannot read ${file}` })
    return null
  }
  const plain = isVault(text) ? opened(text, file, place, report) : text
  if (plain === null) return null
  const line = plain.split(/\r?\n/, 1)[0] ?? ''
  if (line !== '') return new Secret(line)
  report({ path: place.path, message: `the first line of ${file} is empty` })
  return null
}

function opened(envelope: string, what: string, place: SecretPlace, report: (problem: Problem) => void): string | null {
  const found = openVaultText(envelope, place.vaultPassword)
  if ('plain' in found) return found.plain
  report({ path: place.path, message: `${what} ${found.problem}` })
  return null
}

/** ms; somebody may have to touch a key. */
const COMMAND_TIMEOUT = 60_000

function fromCommand(
  command: string,
  place: { readonly folder: string; readonly path: DocumentPath },
  report: (problem: Problem) => void,
): Secret | null {
  // Its stderr and the terminal are the command's: password stores ask there.
  const { status, stdout, error } = spawnSync('/bin/sh', ['-c', command], {
    cwd: place.folder,
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT,
  })
  const line = (stdout ?? '').split(/\r?\n/, 1)[0] ?? ''
  if (error === undefined && status === 0 && line !== '') return new Secret(line)
  const why = status === 0 ? 'it prints nothing' : status === null ? 'it does not end' : `status ${status}`
  report({ path: place.path, message: `the command that should print it fails: ${why}` })
  return null
}
