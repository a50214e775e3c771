import type { Secret } from '../inventory/secret.ts'
import type { WatchedServer } from '../mysql/watched-server.ts'
import type { PlanContext } from './module.ts'
import { PEER_FILE, ROLE_FILE } from './mysql-account-facts.ts'

/** What templates/keepalived.conf.hbs may name; its first comment says what each is. Times in seconds. */
export interface KeepalivedView {
  readonly host: string
  readonly routerId: string
  readonly instance: string
  readonly nic: string
  readonly virtualRouterId: number
  readonly priority: number
  readonly version: 2 | 3
  readonly advertInterval: number
  readonly authPass: Secret | null
  readonly vip: string
  readonly prefix: number
  readonly label: string | null
  readonly vipLease: number
  readonly unicast: { readonly source: string; readonly peers: readonly string[] } | null
  readonly notify: { readonly script: string; readonly user: string } | null
  readonly mysql: WatchedServer
  readonly role: {
    readonly peer: { readonly address: string; readonly port: number; readonly credentials: string }
    readonly policy: 'availability' | 'consistency'
    readonly promoteDeadline: number
    readonly demoteDeadline: number
    readonly heartbeatPort: number
    readonly witnesses: readonly string[]
  }
}

/** Where the server of this host listens; null: not known yet. */
export interface Listening {
  readonly socket: string | null
  readonly pidFile: string | null
}

/** templates/notify.sh.hbs, as the playbook places it. */
const NOTIFY_SCRIPT = '/etc/keepalived/mmha-notify.sh'
/** Debian's, shown in a plan until the server is there to be asked. */
const DEFAULT_SOCKET = { mysql: '/var/run/mysqld/mysqld.sock', mariadb: '/run/mysqld/mysqld.sock' } as const
/** TCP port of the daemons' own line; the playbook opens it in the firewall for the peer. */
const HEARTBEAT_PORT = 11200
/** s that a lease may run on after the last advert, beyond its length: the kernel counts whole seconds. */
const LEASE_MARGIN = 0.35

/**
 * The longest kernel lease of the VIP that ends before the peer may add it, in whole seconds: the peer waits three
 * intervals. 0, for ever as keepalived has it, where no lease is that short.
 */
export function vipLease(advertInterval: number): number {
  const lease = Math.ceil(3 * advertInterval - LEASE_MARGIN) - 1
  return lease > advertInterval ? lease : 0
}

export function keepalivedView(context: PlanContext<Listening>): KeepalivedView {
  const { inventory, host, peer, facts, mine } = context
  const { vip, vrrp, server, policy } = inventory
  return {
    host: host.name,
    routerId: host.name,
    instance: 'MMHA',
    nic: host.nic,
    virtualRouterId: vrrp.virtualRouterId,
    priority: vrrp.priorities[host.index === 0 ? 0 : 1],
    version: vrrp.version,
    advertInterval: vrrp.advertInterval,
    authPass: vrrp.authPass,
    vip: vip.address,
    prefix: vip.prefix,
    label: vip.label,
    vipLease: vipLease(vrrp.advertInterval),
    unicast: vrrp.mode === 'unicast' ? { source: host.address, peers: [peer.address] } : null,
    notify: { script: NOTIFY_SCRIPT, user: 'root' },
    mysql: {
      name: 'local',
      socket: mine.socket ?? DEFAULT_SOCKET[facts.server?.flavour ?? 'mysql'],
      port: server.port,
      credentials: ROLE_FILE,
      pidFile: mine.pidFile,
      interval: 0.5,
      timeout: 1,
      fall: 2,
      rise: 1,
    },
    role: {
      peer: { address: peer.replicationAddress, port: server.port, credentials: PEER_FILE },
      policy,
      promoteDeadline: 5,
      demoteDeadline: 2,
      heartbeatPort: HEARTBEAT_PORT,
      witnesses: inventory.witness,
    },
  }
}
