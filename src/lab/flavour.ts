import { createHash } from 'node:crypto'
import { EXIT, MmhaError } from '../events/error.ts'

export type FlavourName = 'mysql-9.7' | 'mariadb-10.11' | 'mariadb-11.8'

/** What an image is made from; the same recipe gives the same image, another recipe another one. */
export interface Recipe {
  /** Raised when the code that makes images changes what it makes. */
  readonly format: number
  readonly suite: string
  /** Also taken: SUITE-updates and SUITE-security, where the suite has them. */
  readonly updates: boolean
  /** In the image. */
  readonly base: readonly string[]
  /** In the repository beside it, with everything that they need and the image lacks. */
  readonly server: readonly string[]
  readonly bootstrapOptions: readonly string[]
}

// No dbus and no logind: systemctl has its own socket, a login is 0.3 s faster, and inotify instances are few (128 a user).
const BASE = [
  'ca-certificates',
  'iproute2',
  'iptables',
  'iptables-persistent',
  'iputils-ping',
  'openssh-server',
  'procps',
  'systemd',
  'systemd-sysv',
]

/** What keepalived is built with, where a tarball of it is given (keepalived.engine: source). */
const BUILD = ['gcc', 'libc6-dev', 'libnl-3-dev', 'libnl-genl-3-dev', 'libssl-dev', 'make', 'pkg-config']

const OPTIONS = [
  '--mode=root',
  '--variant=minbase',
  '--format=directory',
  '--dpkgopt=path-exclude=/usr/share/man/*',
  '--dpkgopt=path-exclude=/usr/share/doc/*',
  '--dpkgopt=path-include=/usr/share/doc/*/copyright',
  '--aptopt=Acquire::Languages "none"',
  '--aptopt=Acquire::Retries "3"',
]

const recipe = (
  suite: string,
  updates: boolean,
  server: readonly string[],
  options: readonly string[] = [],
): Recipe => ({
  format: 1,
  suite,
  updates,
  base: BASE,
  server,
  bootstrapOptions: [...OPTIONS, ...options],
})

export const FLAVOURS: Readonly<Record<FlavourName, Recipe>> = {
  // A mirror's Release of sid may be older than its Valid-Until (seven days).
  'mysql-9.7': recipe('sid', false, ['mysql-server', 'keepalived'], ['--aptopt=Acquire::Check-Valid-Until "false"']),
  'mariadb-10.11': recipe('bookworm', true, ['mariadb-server', 'mariadb-backup', 'keepalived', ...BUILD]),
  'mariadb-11.8': recipe('trixie', true, ['mariadb-server', 'mariadb-backup', 'keepalived']),
}

export function flavourNamed(name: string): FlavourName {
  const found = Object.keys(FLAVOURS).find((flavour): flavour is FlavourName => flavour === name)
  if (found !== undefined) return found
  throw new MmhaError(`unknown server: ${name}`, {
    code: 'LAB_SERVER_UNKNOWN',
    source: 'user',
    exit: EXIT.invalid,
    hint: `the lab has ${Object.keys(FLAVOURS).join(', ')}`,
  })
}

/** 16 hex digits that change with anything that changes the image. */
export function recipeHash(of: object): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16)
}
