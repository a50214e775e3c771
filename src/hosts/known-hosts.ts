import { createHash, createHmac } from 'node:crypto'

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker: 'none' | 'revoked' | 'cert-authority'
  /** Comma-separated patterns, or one hashed name `|1|salt|hash`. */
  readonly hosts: string
  readonly type: string
  /** The key in base64, as in the file. */
  readonly key: string
}

/** What known_hosts says about a key that a host has shown. */
export type KeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked'

/** Reads known_hosts text; lines that are no entries are skipped, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownHost[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/)
    const first = words[0] ?? ''
    if (first === '' || first.startsWith('#')) return []
    const marker = first === '@revoked' ? 'revoked' : first === '@cert-authority' ? 'cert-authority' : 'none'
    const [hosts, type, key] = marker === 'none' ? words : words.slice(1)
    if (hosts === undefined || type === undefined || key === undefined || first.startsWith('@') === (marker === 'none'))
      return []
    return [{ marker, hosts, type, key }]
  })
}

/** The name under which a host stands in known_hosts: `host`, or `[host]:port` when the port isn't 22. */
export function knownHostName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`
}

/** Judges a key (SSH wire format) of a host. A key known for the host on port 22 counts on other ports too, as in OpenSSH. */
export function judgeKey(entries: readonly KnownHost[], host: string, port: number, key: Buffer): KeyVerdict {
  const type = keyType(key)
  const text = key.toString('base64')
  const own = entriesOf(entries, host, port)
  if (entries.some((entry) => entry.marker === 'revoked' && entry.key === text && matches(entry.hosts, host, port)))
    return 'revoked'
  const plain = port === 22 ? [] : entriesOf(entries, host, 22)
  if ([...own, ...plain].some((entry) => entry.key === text)) return 'known'
  return own.some((entry) => entry.type === type) ? 'changed' : 'unknown'
}

/** Host key algorithms that ssh2 speaks, best first; RSA keys are asked for with SHA-2 only. */
const ALGORITHMS: readonly (readonly [algorithm: string, keyType: string])[] = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
]

/**
 * Order in which to ask for host keys: the types that known_hosts holds for this host first. Otherwise a host with an
 * ed25519 entry that offers ECDSA as well looks like one whose key has changed.
 */
export function hostKeyAlgorithms(entries: readonly KnownHost[], host: string, port: number): string[] {
  const held = new Set([...entriesOf(entries, host, port), ...entriesOf(entries, host, 22)].map((entry) => entry.type))
  const names = (known: boolean) =>
    ALGORITHMS.filter(([, type]) => held.has(type) === known).map(([algorithm]) => algorithm)
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

/** The line that makes a key known, to append to a known_hosts file. */
export function knownHostLine(host: string, port: number, key: Buffer): string {
  return `${knownHostName(host, port)} ${keyType(key)} ${key.toString('base64')}\n`
}

function entriesOf(entries: readonly KnownHost[], host: string, port: number): KnownHost[] {
  return entries.filter((entry) => entry.marker === 'none' && matches(entry.hosts, host, port))
}

function matches(hosts: string, host: string, port: number): boolean {
  const name = knownHostName(host.toLowerCase(), port)
  if (hosts.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = hosts.split('|')
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
  }
  const patterns = hosts.toLowerCase().split(',')
  if (patterns.some((pattern) => pattern.startsWith('!') && glob(pattern.slice(1), name))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && glob(pattern, name))
}

function glob(pattern: string, name: string): boolean {
  const source = [...pattern]
    .map((c) => (c === '*' ? '.*' : c === '?' ? '.' : c.replace(/[\\^$+.()|[\]{}]/, '\\$&')))
    .join('')
  return new RegExp(`^${source}$`).test(name)
}
