import { isUtf8 } from 'node:buffer'
import { MmhaError } from '../events/error.ts'
import { openVault } from './vault-format.ts'
import type { VaultPassword } from './vault-password.ts'

/** What an envelope holds, or why it can't be had, as the rest of a sentence; never a part of the secret. */
export type VaultText = { readonly plain: string } | { readonly problem: string }

/** Opens an encrypted value or file of text. */
export function openVaultText(envelope: string, password: VaultPassword): VaultText {
  try {
    const opened = openVault(envelope, password())
    if (opened.t === 'malformed') return { problem: `is no value of ansible-vault: ${opened.why}` }
    if (opened.t === 'wrong-password') return { problem: wrongPassword(opened.id) }
    return isUtf8(opened.plain) ? { plain: opened.plain.toString('utf8') } : { problem: 'holds no UTF-8 text' }
  } catch (error) {
    if (error instanceof MmhaError) return { problem: `is encrypted: ${error.message}; ${error.hint ?? ''}` }
    throw error
  }
}

/** The HMAC can't tell the two apart. */
export function wrongPassword(id: string | null): string {
  const label = id === null ? '' : ` (vault id ${id})`
  return `is not opened by the vault password${label}: it is another one, or the encrypted text was changed`
}
