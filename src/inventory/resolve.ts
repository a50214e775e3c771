import { basename, dirname, resolve } from 'node:path'
import type { DocumentPath, Problem } from './document.ts'
import type { Host, Inventory, SshTarget } from './inventory.ts'
import { resolveSsh, type SshDefaults } from './resolve-ssh.ts'
import type { HostDocument, InventoryDocument, SecretDocument, SshDocument } from './schema.ts'
import type { Secret } from './secret.ts'
import { readSecret } from './secret-source.ts'
import type { VaultPassword } from './vault-password.ts'

export interface ResolveOptions {
  readonly file: string
  readonly sshDefaults: SshDefaults
  readonly acceptNew: boolean
  readonly env: NodeJS.ProcessEnv
  readonly vaultPassword: VaultPassword
  readonly report: (problem: Problem) => void
}

/** Fills in every default. Problems (a secret that can't be had) go to `report`. */
export function resolveInventory(document: InventoryDocument, options: ResolveOptions): Inventory {
  const folder = dirname(resolve(options.file))
  const { env, vaultPassword } = options
  const secret = (path: DocumentPath, value: SecretDocument | undefined): Secret | null =>
    value === undefined ? null : readSecret(value, { folder, path, env, vaultPassword }, options.report)

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

  const target = (address: string, own: SshDocument | undefined, path: DocumentPath): SshTarget =>
    resolveSsh({ address, own, all: document.ssh, path }, { folder, secret, ...options })

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
      priorities: vrrp.priorities ?? PRIORITIES[document.keepalived?.engine ?? 'bundled'],
      mode: vrrp.mode ?? 'multicast',
    },
    notify: { command: document.notify?.command ?? null, mail: document.notify?.mail ?? [] },
    keepalived: {
      engine: document.keepalived?.engine ?? 'bundled',
      source: document.keepalived?.source === undefined ? null : resolve(folder, document.keepalived.source),
      sha256: document.keepalived?.sha256 ?? null,
    },
  }
}

/**
 * After a farewell the successor waits Skew_Time, (256 - priority) / 256 of an interval (RFC 9568, 6.1). Ours lets the
 * address go before it says farewell: the shorter, the better. keepalived removes it afterwards: its successor must wait.
 */
const PRIORITIES = { bundled: [254, 253], package: [100, 90], source: [100, 90] } as const

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

function settingText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : String(value)
}
