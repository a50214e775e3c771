import type { SshTarget } from '../inventory/inventory.ts'
import { type Distrusted, nameOf } from './host-key-error.ts'
import {
  fingerprint,
  HOST_KEY_ALGORITHMS,
  type HostKeyAlgorithm,
  hostKeyAlgorithms,
  judgeKey,
  type KnownHost,
  type KnownHosts,
} from './known-hosts.ts'

/** Whether the key that a target shows may be trusted, and in which order to ask for its keys. */
export class HostKeyCheck {
  readonly #target: SshTarget
  readonly #known: KnownHosts
  #distrusted: Distrusted | null = null
  #accepted: Buffer | null = null

  /** @param trusted keys that a person has just accepted, which are in no file yet */
  constructor(target: SshTarget, known: KnownHosts, trusted: readonly KnownHost[] = []) {
    this.#target = target
    this.#known = { ...known, entries: [...known.entries, ...trusted] }
  }

  /**
   * What to ask for, one list a try. A fingerprint doesn't say of which type its key is: then each type is asked for
   * by itself, until one fits.
   */
  get tries(): readonly (readonly HostKeyAlgorithm[])[] {
    const order = hostKeyAlgorithms(this.#known.entries, nameOf(this.#target))
    if (this.#target.fingerprints === undefined) return [order]
    const rsa = HOST_KEY_ALGORITHMS.filter(([, type]) => type === 'ssh-rsa').map(([algorithm]) => algorithm)
    return [...order.filter((algorithm) => !rsa.includes(algorithm)).map((algorithm) => [algorithm]), rsa]
  }

  /** Judges the key of the handshake, in SSH wire format. */
  verify(key: Buffer): boolean {
    const { fingerprints } = this.#target
    const { broken, entries } = this.#known
    const { verdict, by } = judgeKey(entries, nameOf(this.#target), key)
    this.#distrusted = null
    if (fingerprints !== undefined && verdict !== 'revoked') {
      if (fingerprints.includes(fingerprint(key))) return true
      this.#distrusted = { verdict: 'pinned', key, by, broken: [] }
    } else if (verdict === 'unknown' && this.#target.hostKeys === 'accept-new') this.#accepted = key
    else if (verdict !== 'known') this.#distrusted = { verdict, key, by, broken: verdict === 'unknown' ? broken : [] }
    return this.#distrusted === null
  }

  /** Why the last key was not trusted; null: none was shown, or it is. */
  get distrusted(): Distrusted | null {
    return this.#distrusted
  }

  /** A new key that was trusted without asking, which is to be remembered; null: none. */
  get accepted(): Buffer | null {
    return this.#accepted
  }
}
