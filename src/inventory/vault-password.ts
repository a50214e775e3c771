import { isUtf8 } from 'node:buffer'
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import { Secret } from './secret.ts'

/** Gets the vault's password, once for a run. @throws MmhaError VAULT_PASSWORD (exit 4): there is none. */
export type VaultPassword = () => Secret

/** The environment's names for the password and the file of it; the flag `--vault-password-file` sets the latter. */
export const PASSWORD_VARIABLE = 'MMHA_VAULT_PASSWORD'
export const PASSWORD_FILE_VARIABLE = 'MMHA_VAULT_PASSWORD_FILE'

/** ms; somebody may have to touch a key. */
const COMMAND_TIMEOUT = 60_000

/**
 * The password from a file, else from the environment, else from the person at the terminal.
 * @param ask null: nobody is there
 */
export function vaultPasswordFrom(env: NodeJS.ProcessEnv, ask: () => Secret | null): VaultPassword {
  let known: Secret | MmhaError | undefined
  return () => {
    known ??= attempt(() => find(env, ask))
    if (known instanceof MmhaError) throw known
    return known
  }
}

/** A person who gave no answer is not asked again for the next value. */
function attempt(work: () => Secret): Secret | MmhaError {
  try {
    return work()
  } catch (error) {
    if (error instanceof MmhaError) return error
    throw error
  }
}

function find(env: NodeJS.ProcessEnv, ask: () => Secret | null): Secret {
  const file = env[PASSWORD_FILE_VARIABLE] ?? ''
  if (file !== '') return fromFile(resolve(file), file)
  const value = env[PASSWORD_VARIABLE] ?? ''
  if (value !== '') return new Secret(value)
  const answer = ask()?.reveal().trim() ?? ''
  if (answer !== '') return new Secret(answer)
  throw none('there is no vault password')
}

/** As Ansible reads it: what an executable prints, else the text, without white space round it. */
function fromFile(path: string, named: string): Secret {
  let bytes: Buffer
  try {
    const { mode } = statSync(path)
    bytes = (mode & 0o111) === 0 ? readFileSync(path) : printedBy(path, named)
  } catch (error) {
    if (error instanceof MmhaError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw none(`cannot read the vault password file ${named}: ${code}`)
  }
  if (!isUtf8(bytes)) throw none(`the vault password file ${named} is not UTF-8 text`)
  const password = bytes.toString('utf8').trim()
  if (password === '') throw none(`the vault password file ${named} gives an empty password`)
  return new Secret(password)
}

function printedBy(path: string, named: string): Buffer {
  // Its stderr and the terminal are the command's: password stores ask there.
  const { status, stdout, error } = spawnSync(path, [], {
    stdio: ['inherit', 'pipe', 'inherit'],
    timeout: COMMAND_TIMEOUT,
  })
  if (error === undefined && status === 0) return stdout
  const why =
    status !== null && status !== 0 ? `status ${status}` : ((error as NodeJS.ErrnoException)?.code ?? 'it was ended')
  throw none(`the vault password file ${named} is executable, and running it fails: ${why}`)
}

function none(message: string): MmhaError {
  return new MmhaError(message, {
    code: 'VAULT_PASSWORD',
    source: 'user',
    exit: EXIT.invalid,
    hint: `give --vault-password-file FILE, or ${PASSWORD_VARIABLE} in the environment, or type it at a terminal`,
  })
}
