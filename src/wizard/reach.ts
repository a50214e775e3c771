import type { HostFacts } from '../hosts/host-facts.ts'
import type { Script } from '../modules/step.ts'
import type { Packages } from './server-choice.ts'

/** How SSH gets to a host, as the person said it. */
export interface Login {
  /** Address or name. */
  readonly host: string
  readonly user: string
  readonly port: number
  /** Private key file; null: the defaults (the agent, ~/.ssh/id_*, or what a lab gives). */
  readonly key: string | null
}

/** A host key that no known_hosts file has. */
export interface UnknownHostKey {
  readonly host: string
  readonly port: number
  /** `ssh-ed25519` */
  readonly algorithm: string
  /** `SHA256:…`, as ssh-keygen -l prints it. */
  readonly fingerprint: string
}

/** A host that was reached and looked at. One connection, kept open until `close`. */
export interface ReachedHost {
  readonly login: Login
  readonly facts: HostFacts
  /** What its package manager would install. */
  readonly packages: Packages
  /** Runs a read-only script as root and gives its stdout. @throws MmhaError when the link dies */
  run(script: Script): Promise<string>
  close(): Promise<void>
}

/** Asked about an unknown host key: may it be trusted? */
export type Trust = (key: UnknownHostKey) => Promise<boolean>

/**
 * Connects and gathers facts. An unknown host key is a question to `trust`; a key that differs from the known one never
 * is: it is an error.
 * @throws MmhaError (exit 3) when the host can't be reached; Cancelled when `signal` was aborted
 */
export type Reach = (login: Login, trust: Trust, signal: AbortSignal) => Promise<ReachedHost>
