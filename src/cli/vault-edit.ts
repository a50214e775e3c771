import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import { PASSWORD_VARIABLE } from '../inventory/vault-password.ts'

/** Memory, so that no plain text gets to a disk. */
const MEMORY = '/dev/shm'

/** The terminal's own go to its whole group: an editor has its own use for them, and ends or not. */
const FROM_KEYS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']
const ENDING: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP']

/** ms that an editor has to end after a signal that ends us. */
const LAST_MOMENT = 500

/**
 * Lets a person edit a text in an editor, in a folder of memory that only they can read, which is gone afterwards however
 * that ends; SIGKILL alone leaves it there until the machine starts anew.
 * @param command as $EDITOR has it: a command with words
 * @throws MmhaError VAULT_EDIT (exit 1, 130) when the editor failed or a signal came
 */
export async function editInMemory(plain: Buffer, name: string, command: string): Promise<Buffer> {
  if (!existsSync(MEMORY)) throw failed(`there is no ${MEMORY} here to edit in`, EXIT.failed)
  let editor: ChildProcess | undefined
  let ended: NodeJS.Signals | undefined
  let last: NodeJS.Timeout | undefined
  const hear = (signal: NodeJS.Signals) => {
    ended = signal
    editor?.kill(signal)
    last ??= setTimeout(() => editor?.kill('SIGKILL'), LAST_MOMENT)
  }
  const ignore = () => undefined
  for (const signal of FROM_KEYS) process.on(signal, ignore)
  for (const signal of ENDING) process.on(signal, hear)
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(MEMORY, 'mmha-vault-'))
    const file = join(folder, basename(name))
    writeFileSync(file, plain, { mode: 0o600 })
    editor = spawn('/bin/sh', ['-c', `exec ${command} "$1"`, 'sh', file], {
      stdio: 'inherit',
      env: { ...process.env, [PASSWORD_VARIABLE]: undefined },
    })
    const problem = await endOf(editor)
    // A terminal that ends tells its whole group: the editor may be heard of before our own signal is.
    ended ??= ENDING.find((signal) => signal === problem)
    if (ended !== undefined) throw failed(`${ended} came while ${name} was edited`, EXIT.cancelled)
    if (problem !== null) throw failed(`the editor (${command}) failed: ${problem}`, EXIT.failed)
    if (!existsSync(file)) throw failed(`the editor (${command}) left no file`, EXIT.failed)
    return readFileSync(file)
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    clearTimeout(last)
    for (const signal of FROM_KEYS) process.off(signal, ignore)
    for (const signal of ENDING) process.off(signal, hear)
  }
}

/** null: it ended well. */
function endOf(editor: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    editor.once('error', (error) => resolve(error.message))
    editor.once('exit', (status, signal) => resolve(status === 0 ? null : (signal ?? `status ${status}`)))
  })
}

function failed(message: string, exit: typeof EXIT.failed | typeof EXIT.cancelled): MmhaError {
  const hint = 'nothing was changed and no plain file is left; set EDITOR to another editor, or edit again'
  return new MmhaError(message, { code: 'VAULT_EDIT', source: 'user', exit, hint })
}
