import type { Secret } from './secret.ts'

/** The resolved inventory: the user's document with every default filled in. The schema in schema.ts yields it. */
export interface Inventory {
  /** Path of the document, for messages. */
  readonly file: string
  /** Name of the pair: given, or the file's base name. */
  readonly name: string
  readonly vip: { readonly address: string; readonly prefix: number; readonly label: string | null }
  readonly masters: readonly [Host, Host]
  /** Where the drill's writers run; null: on the controller. */
  readonly client: Host | null
  /** CIDRs that may reach the MySQL port; default: the VIP's subnet. */
  readonly clients: readonly string[]
  readonly server: {
    readonly flavour: 'auto' | 'mysql' | 'mariadb'
    /** Package to install when no server is there; null: the distribution's default for the flavour. */
    readonly package: string | null
    readonly port: number
    /** User's own settings for our option file: `innodb_buffer_pool_size: 2G`. */
    readonly settings: Readonly<Record<string, string>>
  }
  readonly replication: {
    readonly mode: 'gtid' | 'position'
    readonly user: string
    /** Given, or null: generated on the hosts and kept there in root-only files. */
    readonly password: Secret | null
    /** s */
    readonly connectRetry: number
    /** ms without an acknowledgement until semi-sync falls back. */
    readonly semiSyncTimeout: number
  }
  readonly policy: 'availability' | 'consistency'
  /** Addresses that a master which is not cut off can ping; []: nobody is asked. */
  readonly witness: readonly string[]
  readonly vrrp: {
    readonly version: 2 | 3
    /** 1..255 */
    readonly virtualRouterId: number
    /** s; whole seconds on version 2. */
    readonly advertInterval: number
    readonly authPass: Secret | null
    readonly priorities: readonly [number, number]
    readonly mode: 'multicast' | 'unicast'
  }
  /** What is told of every change of the VIP's holder, beside the journal. */
  readonly notify: {
    /** Shell command that gets INSTANCE|GROUP, name, state and priority; runs as root on the host that changes. */
    readonly command: string | null
    /** Mail addresses, through the host's sendmail. */
    readonly mail: readonly string[]
  }
  readonly keepalived: { readonly engine: 'bundled' }
  /** Not of the document: the master whose data this run replaces, as the user said by name. */
  readonly overwritten?: string
}

export interface Host {
  /** Given, or m1/m2 (client: c1). Unique in the inventory. */
  readonly name: string
  /** 0 for the first master, 1 for the second; the client has 2. */
  readonly index: number
  /** Where SSH and VRRP reach it. */
  readonly address: string
  /** Where the peer's replication reaches it; defaults to `address`. */
  readonly replicationAddress: string
  readonly nic: string
  readonly ssh: SshTarget
}

export interface SshTarget {
  readonly host: string
  readonly port: number
  readonly user: string
  /** Private key files to try, in order; the agent is tried too. */
  readonly keys: readonly string[]
  readonly password: Secret | null
  readonly knownHosts: readonly string[]
}
