import type { Command } from './config.ts'

/** How the daemon tells people and programs, besides notify scripts. Times in s as in the file. */
export interface NotificationConfig {
  readonly smtp: SmtpConfig
  /** null: none. */
  readonly webhook: WebhookConfig | null
  readonly fifos: Readonly<Record<FifoKind, FifoConfig | null>>
  /** FIFOs get every instance's state again after a reload. */
  readonly fifoStatesOnReload: boolean
  /** No mail about FAULT. */
  readonly noEmailFaults: boolean
}

/** What keepalived's relay settings don't have. */
export interface SmtpConfig {
  /** no: plain, as keepalived; starttls: plain only until STARTTLS, never without it; tls: from the first byte. */
  readonly tls: 'no' | 'starttls' | 'tls'
  /** The relay's certificate must be valid for its name. */
  readonly verify: boolean
  /** PEM file of authorities that are trusted instead of the usual ones. */
  readonly caFile: string | null
  /** The password's file is for root only. */
  readonly auth: { readonly user: string; readonly passwordFile: string } | null
  /** s that a mail is tried again before it is given up. */
  readonly retryFor: number
}

export interface WebhookConfig {
  /** http or https. */
  readonly url: string
  /** s for the whole request. */
  readonly timeout: number
  /** s that an event is tried again before it is given up. */
  readonly retryFor: number
  /** A header whose value is in a file for root only. */
  readonly header: { readonly name: string; readonly valueFile: string } | null
  /** PEM file of authorities that are trusted instead of the usual ones. */
  readonly caFile: string | null
}

/** all: everything; vrrp: instances and groups; lvs: virtual and real servers. */
export type FifoKind = 'all' | 'vrrp' | 'lvs'

export interface FifoConfig {
  readonly path: string
  /** Started with the FIFO's path as its last argument; null: somebody else reads. */
  readonly script: Command | null
  /** Whose it is when we make it, beside root; null: the user of scripts. */
  readonly owner: Pick<Command, 'user' | 'group'> | null
}
