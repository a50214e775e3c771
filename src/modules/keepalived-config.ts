import { z } from 'zod'
import type { Secret } from '../inventory/secret.ts'
import type { WatchedServer } from '../mysql/watched-server.ts'
import { databaseProbe } from './database-probe.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { shownDiff } from './host-file.ts'
import type { Module, PlanContext } from './module.ts'
import { PEER_FILE, ROLE_FILE } from './mysql-account-facts.ts'
import { placeFile, restoreFile } from './placed-file.ts'
import { shippedTemplate } from './shipped-template.ts'
import { revealed, type Step } from './step.ts'
import { renderScript } from './template.ts'
import { UNIT_PROBE } from './unit-probe.ts'

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

export interface KeepalivedConfigFacts {
  /** What stands in keepalived.conf; null: nothing. */
  readonly content: string | null
  /** `640 root` */
  readonly access: string
  readonly socket: string | null
  readonly pidFile: string | null
  readonly daemonRuns: boolean
}

const PATH = '/etc/keepalived/keepalived.conf'
/** templates/notify.sh.hbs, as the playbook places it. */
const NOTIFY_SCRIPT = '/etc/keepalived/mmha-notify.sh'
/** Only root: it may hold the VRRP password. */
const MODE = '0600'
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

export function keepalivedView(context: PlanContext<KeepalivedConfigFacts>): KeepalivedView {
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

/** The daemon itself reads the new file before it counts. */
const CHECK = `if ! said=$(mmha-keepalived -t -f "$new" 2>&1); then printf '%s\\n' "$said" >&2; exit 1; fi`

/** keepalived.conf of this host, from the inventory and from where its server listens. */
export const keepalivedConfig: Module<Record<string, never>, KeepalivedConfigFacts> = {
  name: 'keepalived_config',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,

  shared: (context) => [UNIT_PROBE, databaseProbe(context)],
  probe: () => `${FACT_FUNCTIONS}
fact_file daemon_file ${PATH}
if [ -f ${PATH} ]; then fact access "$(stat -c '%a %U' ${PATH})"; fi
`,

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    const { socket = null, pid_file: pid = null, datadir = '' } = facts.record('variable')
    return {
      content: facts.file('daemon_file')?.content ?? null,
      access: facts.text('access') ?? '',
      socket,
      pidFile: pid === null || pid.startsWith('/') ? pid : `${datadir.replace(/\/?$/, '/')}${pid}`,
      daemonRuns: facts.flag('daemon'),
    }
  },

  plan: (_params, context) => {
    const { mine, host, taskId, taskName } = context
    const content = renderScript(shippedTemplate('keepalived.conf.hbs'), keepalivedView(context))
    if (mine.content === revealed(content) && mine.access === '600 root') return []
    const awaited = mine.socket === null && context.facts.server?.expected === true
    const later = awaited ? "~ socket and pid_file of the server: known after it is installed; above is Debian's\n" : ''
    const step: Step = {
      id: taskId,
      host: host.name,
      title: `${taskName}: ${PATH}`,
      diff: `${shownDiff(PATH, mine.content, content)}${later}`,
      run: placeFile({ path: PATH, content, mode: MODE, check: CHECK }),
      undo: restoreFile(PATH),
      // The reload that follows may hand the VIP over: that is better said before.
      impact: mine.daemonRuns ? 'vip-moves' : 'none',
      notify: [],
      writes: [PATH],
    }
    return [step]
  },
}
