import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Secret } from './secret.ts'

/**
 * ansible-vault's envelopes 1.1 and 1.2: a line `$ANSIBLE_VAULT;1.2;AES256;ID`, then hex in lines of 80. Unpacked it is
 * three lines of hex: salt, HMAC-SHA256 of the ciphertext, ciphertext (AES-256-CTR of PKCS7-padded text).
 */
const MAGIC = '$ANSIBLE_VAULT'
const CIPHER = 'AES256'
const ROUNDS = 10_000
const [KEY_BYTES, IV_BYTES, BLOCK] = [32, 16, 16]
const LINE = 80

export type Opened =
  | { readonly t: 'opened'; readonly plain: Buffer; readonly id: string | null }
  | { readonly t: 'wrong-password'; readonly id: string | null }
  | { readonly t: 'malformed'; readonly why: string }

interface Envelope {
  readonly id: string | null
  readonly salt: Buffer
  readonly mac: Buffer
  readonly ciphertext: Buffer
}

/** Whether a text claims to be encrypted; openVault tells whether it really is. */
export function isVault(text: string): boolean {
  return text.trimStart().startsWith(MAGIC)
}

/** Decrypts and verifies an envelope. The id (null: format 1.1) is a label; it has no part in the encryption. */
export function openVault(text: string, password: Secret): Opened {
  const envelope = unpack(text)
  if (typeof envelope === 'string') return { t: 'malformed', why: envelope }
  const { id, salt, mac, ciphertext } = envelope
  const { key, macKey, iv } = deriveKeys(password, salt)
  const expected = createHmac('sha256', macKey).update(ciphertext).digest()
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) return { t: 'wrong-password', id }
  const decipher = createDecipheriv('aes-256-ctr', key, iv)
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()])
  const padding = padded.at(-1) ?? 0
  const pad = padded.subarray(-padding)
  if (padding < 1 || padding > BLOCK || pad.length !== padding || pad.some((byte) => byte !== padding))
    return { t: 'malformed', why: 'its padding is wrong' }
  return { t: 'opened', plain: padded.subarray(0, -padding), id }
}

/** Encrypts into an envelope that ends with a newline. @param id null: format 1.1 @param salt for tests; 32 bytes */
export function sealVault(plain: Buffer, password: Secret, id: string | null, salt = randomBytes(32)): string {
  const { key, macKey, iv } = deriveKeys(password, salt)
  const padding = BLOCK - (plain.length % BLOCK)
  const cipher = createCipheriv('aes-256-ctr', key, iv)
  const ciphertext = Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ])
  const mac = createHmac('sha256', macKey).update(ciphertext).digest()
  const inner = [salt, mac, ciphertext].map((part) => part.toString('hex')).join('\n')
  const hex = Buffer.from(inner, 'ascii').toString('hex')
  const lines = Array.from({ length: Math.ceil(hex.length / LINE) }, (_, i) => hex.slice(i * LINE, (i + 1) * LINE))
  const header = id === null ? [MAGIC, '1.1', CIPHER] : [MAGIC, '1.2', CIPHER, id]
  return `${[header.join(';'), ...lines].join('\n')}\n`
}

function deriveKeys(password: Secret, salt: Buffer): { key: Buffer; macKey: Buffer; iv: Buffer } {
  const bytes = pbkdf2Sync(password.reveal(), salt, ROUNDS, 2 * KEY_BYTES + IV_BYTES, 'sha256')
  return {
    key: bytes.subarray(0, KEY_BYTES),
    macKey: bytes.subarray(KEY_BYTES, 2 * KEY_BYTES),
    iv: bytes.subarray(2 * KEY_BYTES),
  }
}

/** A text: what is wrong with it. */
function unpack(text: string): Envelope | string {
  const [header = '', ...body] = text.trim().split(/\r?\n/)
  const [magic, version = '', cipher = '', id] = header.split(';').map((part) => part.trim())
  if (magic !== MAGIC) return `its first line is not ${MAGIC};…`
  if (version !== '1.1' && version !== '1.2') return `format ${version.slice(0, 10)} is not known; 1.1 and 1.2 are`
  if (cipher !== CIPHER) return `cipher ${cipher.slice(0, 10)} is not known; ${CIPHER} is`
  const inner = fromHex(body.map((line) => line.trim()).join(''))?.toString('ascii')
  const parts = (inner ?? '').split('\n').map(fromHex)
  const [salt, mac, ciphertext] = parts
  if (parts.length !== 3 || !salt || !mac || !ciphertext) return 'lines of it are missing or changed'
  return { id: id === undefined || id === '' ? null : id, salt, mac, ciphertext }
}

/** null: not hex, or nothing. */
function fromHex(text: string): Buffer | null {
  return text === '' || text.length % 2 === 1 || /[^0-9a-f]/i.test(text) ? null : Buffer.from(text, 'hex')
}
