/** Base facts of a host: one script, one round trip. Everything a planner of ours may take for granted. */
export interface HostFacts {
  readonly os: {
    readonly id: string
    readonly idLike: readonly string[]
    readonly version: string
    readonly codename: string
  }
  readonly arch: string
  /** glibc version, '' when not glibc. */
  readonly glibc: string
  readonly init: 'systemd' | 'sysv'
  readonly packageManager: 'apt' | 'dnf' | 'yum' | 'none'
  readonly nics: readonly Nic[]
  /** uid of the SSH login, and whether `sudo -n true` works when it isn't 0. */
  readonly uid: number
  readonly sudo: boolean
  readonly hostname: string
  /** Database server on this host, as far as it can be seen; null when none is installed. */
  readonly server: ServerFacts | null
  /** Only in a plan: an earlier task of it restarts the server or moves the VIP, and the pair has to become whole again. */
  readonly unsettled?: true
}

/** Has it on one of its interfaces. */
export function hasAddress({ nics }: Pick<HostFacts, 'nics'>, address: string): boolean {
  return nics.some(({ addresses }) => addresses.some((cidr) => cidr.split('/')[0] === address))
}

export interface Nic {
  readonly name: string
  readonly up: boolean
  readonly mac: string
  /** CIDR notation, IPv4 and IPv6. */
  readonly addresses: readonly string[]
}

export interface ServerFacts {
  readonly flavour: 'mysql' | 'mariadb'
  /** As the binary says: `9.7.4`, `10.11.19-MariaDB`. */
  readonly version: string
  readonly running: boolean
  /** systemd unit that runs it: mysql, mysqld, mariadb. */
  readonly unit: string
  /** Only in a plan: it is not there yet, this is what an earlier task of the plan will install. */
  readonly expected?: true
}
