import type { Secret } from './secret.ts'

/** The resolved inventory: the user's document with every default filled in. The schema in schema.ts yields it. */
export interface Inventory {
  /** Path of the document, for messages. */
  readonly file: string
  /** Which pair of the file it is, where that has several. */
  readonly pair?: string
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
  readonly keepalived: {
    readonly engine: Engine
    /** Tarball that `source` builds, an absolute path. */
    readonly source: string | null
    /** What its SHA-256 must be; null: whatever it is. */
    readonly sha256: string | null
  }
  /** Not of the document: the master whose data this run replaces, as the user said by name. */
  readonly overwritten?: string
  /** Not of the document: leave to take over from a keepalived that somebody set up by hand. */
  readonly takeOver?: boolean
}

/** Who speaks VRRP: our daemon, the distribution's keepalived, or one that is built from a tarball. */
export type Engine = 'bundled' | 'package' | 'source'

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
  /** Of the key files. */
  readonly passphrase?: Secret
  /** The agent's other keys are not offered. */
  readonly identitiesOnly?: boolean
  /** Socket of the agent; `none`: none; absent: SSH_AUTH_SOCK says. */
  readonly agent?: string
  /** Files to read; the first is written to. */
  readonly knownHosts: readonly string[]
  /** What to do about a host that was never seen; default strict: refuse. */
  readonly hostKeys?: 'strict' | 'accept-new'
  /** `SHA256:…` of the only keys that it may show; absent: known_hosts says. */
  readonly fingerprints?: readonly string[]
  /** Its name in known_hosts, instead of host and port. */
  readonly hostKeyAlias?: string
  /** New lines of known_hosts don't tell the host's name. */
  readonly hashKnownHosts?: boolean
  /** s to wait for the TCP connection; default 5. */
  readonly connectTimeout?: number
  /** s between signs of life; three that stay unanswered end the connection; default 5. */
  readonly aliveInterval?: number
  /** Hosts on the way, the first is reached directly; each has its own login and host key. */
  readonly jumps?: readonly SshTarget[]
  /** What of ssh_config is not followed, said when the host can't be reached. */
  readonly notes?: readonly string[]
  /** How who logs in becomes root; absent: sudo or doas, without a password. */
  readonly become?: Become
}

export interface Become {
  /** `auto`: sudo or doas where they ask nothing, else sudo. */
  readonly method: 'auto' | 'sudo' | 'su' | 'doas'
  /** The user's for sudo, root's for su; null: none is needed. */
  readonly password: Secret | null
}

/** How a command line names the pair, for messages that give a command: `hosts --pair shop`. */
export function pairWords({ file, pair }: Inventory): string {
  return pair === undefined ? file : `${file} --pair ${pair}`
}
