import { homedir } from 'node:os'
import { basename, dirname, resolve } from 'node:path'
import type { DocumentPath, Problem } from './document.ts'
import type { Host, Inventory, SshTarget } from './inventory.ts'
import type { HostDocument, InventoryDocument, SecretDocument, SshDocument } from './schema.ts'
import type { Secret } from './secret.ts'
import { readSecret } from './secret-source.ts'

/** SSH settings for an address that the user needn't write, such as those of a host of our lab; null: none. */
export type SshDefaults = (address: string) => Partial<SshTarget> | null

export interface ResolveOptions {
  readonly file: string
  readonly sshDefaults: SshDefaults
  readonly env: NodeJS.ProcessEnv
  readonly report: (problem: Problem) => void
}

/** Private keys that are tried when none is named. */
export const KEYS = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa']
export const KNOWN_HOSTS = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2', '/etc/ssh/ssh_known_hosts']

/** Fills in every default. Problems (a secret that can't be had) go to `report`. */
export function resolveInventory(document: InventoryDocument, options: ResolveOptions): Inventory {
  const folder = dirname(resolve(options.file))
  const secret = (path: DocumentPath, value: SecretDocument | undefined): Secret | null =>
    value === undefined ? null : readSecret(value, { folder, path, env: options.env }, options.report)

  const host = (entry: string | HostDocument, index: number, path: DocumentPath): Host => {
    const given: HostDocument = typeof entry === 'string' ? { address: entry } : entry
    return {
      name: given.name ?? (index === 2 ? 'c1' : `m${index + 1}`),
      index,
      address: given.address,
      replicationAddress: given.replicationAddress ?? given.address,
      nic: given.nic ?? document.nic,
      ssh: target(given.address, given.ssh, [...path, 'ssh']),
    }
  }

  const target = (address: string, own: SshDocument | undefined, path: DocumentPath): SshTarget => {
    const all = document.ssh
    const defaults = options.sshDefaults(address)
    const keys = keysOf(own) ?? keysOf(all) ?? defaults?.keys ?? KEYS
    const knownHosts = own?.knownHosts ?? all?.knownHosts ?? defaults?.knownHosts ?? KNOWN_HOSTS
    return {
      host: own?.host ?? defaults?.host ?? address,
      port: own?.port ?? all?.port ?? defaults?.port ?? 22,
      user: own?.user ?? all?.user ?? defaults?.user ?? 'root',
      keys: keys.map((file) => expand(file, folder)),
      password:
        secret([...path, 'password'], own?.password) ??
        secret(['ssh', 'password'], all?.password) ??
        defaults?.password ??
        null,
      knownHosts: knownHosts.map((file) => expand(file, folder)),
    }
  }

  const vip = typeof document.vip === 'string' ? fromCidr(document.vip) : document.vip
  const server = typeof document.server === 'string' ? { flavour: document.server } : (document.server ?? {})
  const replication =
    typeof document.replication === 'string' ? { mode: document.replication } : (document.replication ?? {})
  const vrrp = document.vrrp ?? {}
  const prefix = vip.prefix ?? 32
  return {
    file: options.file,
    name: document.name ?? basename(options.file).replace(/\.(ya?ml|json)$/, ''),
    vip: { address: vip.address, prefix, label: vip.label ?? null },
    masters: [host(document.masters[0], 0, ['masters', 0]), host(document.masters[1], 1, ['masters', 1])],
    client: document.client === undefined ? null : host(document.client, 2, ['client']),
    // Without a prefix the VIP has no subnet to go by, and clients are somewhere.
    clients: document.clients ?? [prefix === 32 ? '0.0.0.0/0' : `${network(vip.address, prefix)}/${prefix}`],
    server: {
      flavour: server.flavour ?? 'auto',
      package: server.package ?? null,
      port: server.port ?? 3306,
      settings: Object.fromEntries(
        Object.entries(server.settings ?? {}).map(([key, value]) => [key, settingText(value)]),
      ),
    },
    replication: {
      mode: replication.mode ?? 'gtid',
      user: replication.user ?? 'mmha_repl',
      password: secret(['replication', 'password'], replication.password),
      connectRetry: replication.connectRetry ?? 1,
      semiSyncTimeout: replication.semiSyncTimeout ?? 1000,
    },
    policy: document.policy ?? 'availability',
    witness: typeof document.witness === 'string' ? [document.witness] : (document.witness ?? []),
    vrrp: {
      version: vrrp.version ?? 3,
      virtualRouterId: vrrp.virtualRouterId ?? routerIdOf(vip.address),
      advertInterval: vrrp.advertInterval ?? (vrrp.version === 2 ? 1 : 0.5),
      authPass: secret(['vrrp', 'authPass'], vrrp.authPass),
      priorities: vrrp.priorities ?? [254, 253],
      mode: vrrp.mode ?? 'multicast',
    },
    notify: { command: document.notify?.command ?? null, mail: document.notify?.mail ?? [] },
    keepalived: { engine: 'bundled' },
  }
}

/** The VIP's last octet, so that two pairs of one network rarely collide; 1 where it is 0, which VRRP forbids. */
export function routerIdOf(vip: string): number {
  return Number(vip.split('.')[3] ?? 0) || 1
}

function fromCidr(text: string): { address: string; prefix?: number; label?: string } {
  const [address = '', prefix] = text.split('/')
  return prefix === undefined ? { address } : { address, prefix: Number(prefix) }
}

function network(address: string, prefix: number): string {
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const base = value - (value % 2 ** (32 - prefix))
  return [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')
}

function keysOf(ssh: SshDocument | undefined): readonly string[] | undefined {
  return ssh?.keys ?? (ssh?.key === undefined ? undefined : [ssh.key])
}

function settingText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : String(value)
}

/** A path of a document: `~/` is the home directory, a relative one starts at the document's folder. */
export function expand(file: string, folder: string): string {
  return file.startsWith('~/') ? resolve(homedir(), file.slice(2)) : resolve(folder, file)
}
