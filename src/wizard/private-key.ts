import { readFileSync } from 'node:fs'
import ssh2 from 'ssh2'
import { expand } from '../inventory/resolve.ts'

/** null, or why this file can't be used as a private key. `~/` is the home directory. */
export function checkKeyFile(file: string): string | null {
  let text: string
  try {
    text = readFileSync(expand(file, process.cwd()), 'utf8')
  } catch (error) {
    return `cannot read ${file}: ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}`
  }
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) {
    return /passphrase/i.test(key.message)
      ? `${file} is protected by a passphrase: ssh-add it to your agent, and answer "default"`
      : `${file} is no private key: ${key.message}`
  }
  return key.isPrivateKey() ? null : `${file} is the public half: give the private one`
}
