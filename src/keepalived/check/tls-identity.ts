import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { TlsIdentity } from '../config/http-check.ts'

/** A certificate to show, or why there is none to. */
export interface Shown {
  readonly context: SecureContext | null
  readonly fault: string | null
}

/**
 * Reads the files anew, since certificates are renewed. What can't be used is left out: a server that asks for no certificate is well
 * without one, and one that does will refuse us.
 */
export function shownBy(identity: TlsIdentity | null): Shown {
  if (identity === null) return { context: null, fault: null }
  try {
    const context = createSecureContext({
      cert: readFileSync(identity.certificateFile),
      key: readFileSync(identity.keyFile),
      ...(identity.password === null ? {} : { passphrase: identity.password }),
    })
    return { context, fault: null }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { context: null, fault: `our certificate can't be used: ${why}` }
  }
}
