import { createHash, createHmac, randomBytes } from 'node:crypto'
import { fitsPatterns } from './host-pattern.ts'

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker: 'none' | 'revoked' | 'cert-authority'
  /** Comma-separated patterns, or one hashed name `|1|salt|hash`. */
  readonly hosts: string
  readonly type: string
  /** The key in base64, as in the file. */
  readonly key: string
  /** `file:line`; '' for what is in no file. */
  readonly at: string
}

/** Entries, and the lines that are none though they look like some. */
export interface KnownHosts {
  readonly entries: readonly KnownHost[]
  /** `file:line` of each line that can't be read. */
  readonly broken: readonly string[]
}

/** Under which name and port a host stands in known_hosts. */
export interface HostName {
  readonly host: string
  readonly port: number
  /** HostKeyAlias: this name alone, without a port. */
  readonly alias?: string
}

/**
 * What known_hosts says about a key that a host has shown. `other`: the host is known, but by keys of other types only;
 * `authority`: it is vouched for by certificate authorities only.
 */
export type KeyVerdict = 'known' | 'unknown' | 'other' | 'authority' | 'changed' | 'revoked'

/** Reads known_hosts text. A line that is no entry is skipped, as OpenSSH does, and named. */
export function parseKnownHosts(text: string, file = ''): KnownHosts {
  const entries: KnownHost[] = []
  const broken: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/[ \t]+/)
    const first = words[0] ?? ''
    if (first === '' || first.startsWith('#')) continue
    const at = file === '' ? '' : `${file}:${index + 1}`
    const marker = first.startsWith('@') ? MARKERS[first] : 'none'
    const [hosts, type, key] = first.startsWith('@') ? words.slice(1) : words
    // The type stands in the key once more; where the two differ, the line was damaged.
    const whole = hosts !== undefined && type !== undefined && key !== undefined && typeOf(key) === type
    if (marker === undefined || !whole) broken.push(at)
    else entries.push({ marker, hosts, type, key, at })
  }
  return { entries, broken }
}

const MARKERS: Readonly<Record<string, KnownHost['marker']>> = {
  '@revoked': 'revoked',
  '@cert-authority': 'cert-authority',
}

/** The name under which a host stands in known_hosts: `host`, or `[host]:port` when the port isn't 22. */
export function knownHostName({ host, port, alias }: HostName): string {
  return (alias ?? (port === 22 ? host : `[${host}]:${port}`)).toLowerCase()
}

/** Judges a key (SSH wire format) of a host. A key known for the host on port 22 counts on other ports too, as in OpenSSH. */
export function judgeKey(
  entries: readonly KnownHost[],
  name: HostName,
  key: Buffer,
): { verdict: KeyVerdict; by: KnownHost | null } {
  const type = keyType(key)
  const text = key.toString('base64')
  const here = entriesOf(entries, name)
  const plain = entriesOf(entries, { ...name, port: 22 })
  const own = here.filter(({ marker }) => marker === 'none')
  const found = (verdict: KeyVerdict, by: KnownHost | undefined) => (by === undefined ? null : { verdict, by })
  return (
    found(
      'revoked',
      [...here, ...plain].find((entry) => entry.marker === 'revoked' && entry.key === text),
    ) ??
    found(
      'known',
      [...own, ...plain].find((entry) => entry.marker === 'none' && entry.key === text),
    ) ??
    found(
      'changed',
      own.find((entry) => entry.type === type),
    ) ??
    found('other', own[0]) ??
    found(
      'authority',
      here.find(({ marker }) => marker === 'cert-authority'),
    ) ?? { verdict: 'unknown', by: null }
  )
}

/** Host key algorithms that ssh2 speaks, best first; RSA keys are asked for with SHA-2 only. */
export const HOST_KEY_ALGORITHMS = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
] as const

export type HostKeyAlgorithm = (typeof HOST_KEY_ALGORITHMS)[number][0]

/**
 * Order in which to ask for host keys: the types that known_hosts holds for this host first. Otherwise a host with an
 * ed25519 entry that offers ECDSA as well looks like one whose key has changed.
 */
export function hostKeyAlgorithms(entries: readonly KnownHost[], name: HostName): HostKeyAlgorithm[] {
  const keys = [...entriesOf(entries, name), ...entriesOf(entries, { ...name, port: 22 })]
  const held = new Set(keys.filter(({ marker }) => marker === 'none').map(({ type }) => type))
  const names = (known: boolean) =>
    HOST_KEY_ALGORITHMS.filter(([, type]) => held.has(type) === known).map(([algorithm]) => algorithm)
  return [...names(true), ...names(false)]
}

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The type that stands at the beginning of a public key in wire format. */
export function keyType(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0
  return key.subarray(4, 4 + length).toString('latin1')
}

/** The line that makes a key known, to append to a known_hosts file; with `hashed`, nobody reads from it which host it is. */
export function knownHostLine(name: HostName, key: Buffer, hashed = false): string {
  const plain = knownHostName(name)
  return `${hashed ? hashName(plain, randomBytes(20)) : plain} ${keyType(key)} ${key.toString('base64')}\n`
}

function hashName(name: string, salt: Buffer): string {
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

function entriesOf(entries: readonly KnownHost[], name: HostName): KnownHost[] {
  const text = knownHostName(name)
  return entries.filter(({ hosts }) => matches(hosts, text))
}

function matches(hosts: string, name: string): boolean {
  if (!hosts.startsWith('|1|')) return fitsPatterns(name, hosts.toLowerCase().split(','))
  const salt = Buffer.from(hosts.split('|')[2] ?? '', 'base64')
  return hosts === hashName(name, salt)
}

function typeOf(key: string): string | null {
  return /^[A-Za-z0-9+/]+=*$/.test(key) ? keyType(Buffer.from(key, 'base64')) : null
}
