import { homedir, userInfo } from 'node:os'
import { resolve } from 'node:path'
import type { DocumentPath } from './document.ts'
import type { Become, SshTarget } from './inventory.ts'
import type { JumpDocument, SecretDocument, SshDocument } from './schema.ts'
import type { Secret } from './secret.ts'

/**
 * SSH settings of a host that the user needn't write: those of a lab, or of ~/.ssh/config; null: none.
 * @param address as the inventory has it
 * @param name what a person would give to `ssh`: `ssh.host`, else the address
 */
export type SshDefaults = (address: string, name: string) => Partial<SshTarget> | null

/** Private keys that are tried when none is named. */
export const KEYS = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa']
export const KNOWN_HOSTS = [
  '~/.ssh/known_hosts',
  '~/.ssh/known_hosts2',
  '/etc/ssh/ssh_known_hosts',
  '/etc/ssh/ssh_known_hosts2',
]

export interface SshResolving {
  /** Where relative paths begin. */
  readonly folder: string
  readonly sshDefaults: SshDefaults
  /** Hosts that were never seen are trusted, whatever the document says. */
  readonly acceptNew: boolean
  readonly secret: (path: DocumentPath, value: SecretDocument | undefined) => Secret | null
}

type HopDocument = Omit<SshDocument, 'host' | 'jump' | 'become'>

/** How to reach a host: its own settings, those of all hosts, then the defaults. */
export function resolveSsh(
  host: {
    readonly address: string
    readonly own: SshDocument | undefined
    readonly all: SshDocument | undefined
    readonly path: DocumentPath
  },
  options: SshResolving,
): SshTarget {
  const { own, all, address, path } = host
  const name = own?.host ?? address
  const defaults = options.sshDefaults(address, name)
  const jumps = own?.jump ?? all?.jump
  const jumpPath = own?.jump === undefined ? ['ssh', 'jump'] : [...path, 'jump']
  const resolved =
    jumps === undefined
      ? (defaults?.jumps ?? [])
      : behindFirst(
          [jumps]
            .flat()
            .map((jump, i) => resolveJump(jump, Array.isArray(jumps) ? [...jumpPath, i] : jumpPath, options)),
        )
  const become = resolveBecome(own, path, options) ?? resolveBecome(all, ['ssh'], options) ?? NO_PASSWORD
  return {
    ...resolveHop({ name, user: 'root', own, all, path }, defaults, options),
    jumps: resolved,
    become,
  }
}

/** The whole way: the first jump host may have jump hosts of its own, the others are reached from the one before. */
export function behindFirst(hops: readonly SshTarget[]): readonly SshTarget[] {
  return hops.flatMap((hop, i) => (i === 0 ? [...(hop.jumps ?? []), hop] : [hop]))
}

const NO_PASSWORD: Become = { method: 'auto', password: null }

function resolveBecome(ssh: SshDocument | undefined, path: DocumentPath, { secret }: SshResolving): Become | null {
  if (ssh?.become === undefined) return null
  if (typeof ssh.become === 'string') return { method: ssh.become, password: null }
  return {
    method: ssh.become.method ?? 'auto',
    password: secret([...path, 'become', 'password'], ssh.become.password),
  }
}

function resolveJump(document: JumpDocument, path: DocumentPath, options: SshResolving): SshTarget {
  const given = typeof document === 'string' ? jumpOf(document) : document
  const defaults = options.sshDefaults(given.host, given.host)
  const hop = { name: given.host, user: userInfo().username, own: given, all: undefined, path }
  return resolveHop(hop, defaults, options)
}

function resolveHop(
  hop: {
    readonly name: string
    readonly user: string
    readonly own: HopDocument | undefined
    readonly all: HopDocument | undefined
    readonly path: DocumentPath
  },
  defaults: Partial<SshTarget> | null,
  { folder, secret, acceptNew }: SshResolving,
): SshTarget {
  const { own, all, path } = hop
  const keys = keysOf(own) ?? keysOf(all) ?? defaults?.keys ?? KEYS
  const fingerprints = own?.fingerprint ?? all?.fingerprint
  const identitiesOnly = own?.identitiesOnly ?? all?.identitiesOnly ?? defaults?.identitiesOnly
  const passphrase = secret([...path, 'passphrase'], own?.passphrase) ?? secret(['ssh', 'passphrase'], all?.passphrase)
  const password = secret([...path, 'password'], own?.password) ?? secret(['ssh', 'password'], all?.password)
  return {
    ...defaults,
    host: defaults?.host ?? hop.name,
    port: own?.port ?? all?.port ?? defaults?.port ?? 22,
    user: own?.user ?? all?.user ?? defaults?.user ?? hop.user,
    keys: keys.map((file) => expand(file, folder)),
    password: password ?? defaults?.password ?? null,
    knownHosts: (own?.knownHosts ?? all?.knownHosts ?? defaults?.knownHosts ?? KNOWN_HOSTS).map((file) =>
      expand(file, folder),
    ),
    hostKeys: acceptNew ? 'accept-new' : (own?.hostKeys ?? all?.hostKeys ?? defaults?.hostKeys ?? 'strict'),
    ...(identitiesOnly === undefined ? {} : { identitiesOnly }),
    ...(passphrase === null ? {} : { passphrase }),
    ...(fingerprints === undefined ? {} : { fingerprints: [fingerprints].flat() }),
  }
}

/** `user@host:port` */
export function jumpOf(text: string): { host: string; user?: string; port?: number } {
  const [, user, host = '', port] = /^(?:(.+)@)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? []
  return {
    host: host.replace(/^\[|\]$/g, ''),
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  }
}

function keysOf(ssh: HopDocument | undefined): readonly string[] | undefined {
  return ssh?.keys ?? (ssh?.key === undefined ? undefined : [ssh.key])
}

/** A path of a document: `~/` is the home directory, a relative one starts at the document's folder. */
export function expand(file: string, folder: string): string {
  return file.startsWith('~/') ? resolve(homedir(), file.slice(2)) : resolve(folder, file)
}
