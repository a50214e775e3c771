import type { HostFacts } from '../hosts/host-facts.ts'
import type { Script } from '../modules/step.ts'

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
  /** Runs a read-only script and gives its stdout. @throws MmhaError when the link dies or the script fails */
  run(script: Script): Promise<string>
  close(): Promise<void>
}

/**
 * Connects and gathers facts. `trust` is asked about an unknown host key; false ends the attempt. A key that differs
 * from the known one is never asked about: it is an error.
 * @throws MmhaError SSH_UNREACHABLE and its kin
 */
export type Reach = (
  login: Login,
  trust: (key: UnknownHostKey) => Promise<boolean>,
  signal: AbortSignal,
) => Promise<ReachedHost>
