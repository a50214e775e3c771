import { existsSync, readFileSync } from 'node:fs'
import ssh2, { type ParsedKey } from 'ssh2'
import type { Secret } from '../inventory/secret.ts'

/** What a key file has for us. `locked`: a private key whose passphrase is not known yet; `public`: the public half alone. */
export type KeyFile =
  | { readonly t: 'private'; readonly key: ParsedKey }
  | { readonly t: 'locked'; readonly key: ParsedKey | null; unlock(passphrase: Secret): ParsedKey | null }
  | { readonly t: 'public'; readonly key: ParsedKey }
  | { readonly t: 'unusable'; readonly why: string }

/** Unlocking takes a second of computing; both hosts of a pair want the same key. */
const unlocked = new Map<string, ParsedKey>()

/** Reads a private key, or a public one that stands for a key of the agent. */
export function readKeyFile(file: string): KeyFile {
  let text: Buffer
  try {
    text = readFileSync(file)
  } catch {
    return { t: 'unusable', why: 'cannot be read' }
  }
  const parsed = parse(text)
  if (!(parsed instanceof Error)) return { t: parsed.isPrivateKey() ? 'private' : 'public', key: parsed }
  if (!/passphrase|encrypted/i.test(parsed.message))
    return { t: 'unusable', why: `is not a private key (${parsed.message})` }
  const id = text.toString('latin1')
  const known = unlocked.get(id)
  if (known !== undefined) return { t: 'private', key: known }
  return {
    t: 'locked',
    key: publicHalf(file, text),
    unlock(passphrase) {
      const key = parse(text, passphrase.reveal())
      if (key instanceof Error) return null
      unlocked.set(id, key)
      return key
    },
  }
}

function parse(text: Buffer, passphrase?: string): ParsedKey | Error {
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text, passphrase)
  return Array.isArray(parsed) ? (parsed[0] ?? new Error('it is empty')) : parsed
}

/** Of a locked key: it stands openly in OpenSSH's format (PROTOCOL.key), and beside the file. */
function publicHalf(file: string, text: Buffer): ParsedKey | null {
  const found = existsSync(`${file}.pub`) ? readKeyFile(`${file}.pub`) : null
  if (found?.t === 'public') return found.key
  const [, base64 = ''] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text.toString('latin1')) ?? []
  const body = Buffer.from(base64, 'base64')
  let at = 'openssh-key-v1\0'.length
  const length = () => (at + 4 <= body.length ? body.readUInt32BE(at) : 0)
  // Cipher, KDF and its options; then the number of keys.
  for (let i = 0; i < 3; i += 1) at += 4 + length()
  at += 4
  const key = parse(body.subarray(at + 4, at + 4 + length()))
  return key instanceof Error ? null : key
}
