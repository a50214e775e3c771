import ssh2, { type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2'
import type { KeyFile } from './key-file.ts'

/** ms; an agent that hangs must not hold us up. */
const AGENT_TIMEOUT = 5_000

/** The keys of a running agent. @throws Error when it does not answer */
export function agentKeys(path: string): Promise<readonly ParsedKey[]> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error('no answer')), AGENT_TIMEOUT)
    ssh2.createAgent(path).getIdentities((error, keys) => {
      clearTimeout(patience)
      if (error !== undefined && error !== null) reject(error)
      else resolve((keys ?? []) as ParsedKey[])
    })
  })
}

/** One key of an agent, so that each is a try of its own and only those are offered that should be. */
export class AgentKey extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: ReturnType<typeof ssh2.createAgent>
  readonly #key: ParsedKey

  constructor(path: string, key: ParsedKey) {
    super()
    this.#agent = ssh2.createAgent(path)
    this.#key = key
  }

  override getIdentities(cb: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    cb(undefined, [this.#key])
  }

  override sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, cb?: SignCallback): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options)
    else this.#agent.sign(key, data, options, cb)
  }
}

/** A key file that is unlocked only when the host has said that it would take the key, as ssh does. */
export class LockedKey extends ssh2.BaseAgent<ParsedKey> {
  readonly #key: ParsedKey
  readonly #unlock: () => ParsedKey | Error

  constructor(key: ParsedKey, unlock: () => ParsedKey | Error) {
    super()
    this.#key = key
    this.#unlock = unlock
  }

  override getIdentities(cb: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    cb(undefined, [this.#key])
  }

  override sign(_key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, cb?: SignCallback): void {
    const done = typeof options === 'function' ? options : cb
    const key = this.#unlock()
    if (key instanceof Error) done?.(key)
    else done?.(null, key.sign(data, typeof options === 'function' ? undefined : options.hash))
  }
}

/** The public key of a file, when it has one. */
export function publicKeyOf(file: KeyFile): ParsedKey | null {
  return file.t === 'unusable' ? null : file.key
}
