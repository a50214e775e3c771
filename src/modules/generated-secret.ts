import { createHmac } from 'node:crypto'
import { Secret } from '../inventory/secret.ts'

/** A new password for a purpose (`replication`, `role m1`): the same each time that this run asks. */
export type SecretSource = (purpose: string) => Secret

/**
 * New passwords, derived from one random key of this run: a plan that is shown and the plan that is applied, and the
 * plans of both hosts, agree without anybody remembering anything.
 * @param key at least 32 random bytes
 */
export function secretSource(key: Buffer): SecretSource {
  return (purpose) => {
    const text = createHmac('sha256', key).update(purpose).digest('base64url').slice(0, 28)
    // 168 bits; the tail satisfies password policies. Servers take at most 32 characters in a channel (error 3056).
    return new Secret(`${text}-aZ7`)
  }
}
