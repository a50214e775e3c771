import { readFileSync } from 'node:fs'
import ssh2 from 'ssh2'
import type { Text } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import { expand } from '../inventory/resolve-ssh.ts'

/** null, or why this file can't be used as a private key. `~/` is the home directory. */
export function checkKeyFile(file: string): Text | null {
  let text: string
  try {
    text = readFileSync(expand(file, process.cwd()), 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return wizard('wizard.key.unreadable', { file, why })
  }
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) {
    return /passphrase/i.test(key.message)
      ? wizard('wizard.key.passphrase', { file })
      : wizard('wizard.key.wrong', { file, why: key.message })
  }
  return key.isPrivateKey() ? null : wizard('wizard.key.public', { file })
}
