import { EXIT, MmhaError } from '../../events/error.ts'
import { joined, type Text } from '../../events/message.ts'
import { preflight } from '../../events/messages/findings.ts'
import { spoken as shown } from '../../events/spoken.ts'

/** blocks: the pair must not be made like this. warns: it can be, and will bite. note: good to know. */
export type Severity = 'blocks' | 'warns' | 'note'

/** What a look before anything is touched can find, and what each means: docs/preflight.md. Scripts rely on the codes. */
export const FINDING_CODES = {
  PLATFORM: 'processor, init system, C library or rights that the daemon can not do with',
  VRID_SHARED: 'two pairs of one network have one VRRP router id',
  NETWORK: 'the interface is down, or the VIP is somewhere already',
  SHORT_SKEW: 'with keepalived itself, both hosts may hold the VIP for a moment of each move',
  PORT_TAKEN: "another program listens at the server's port",
  OTHER_KEEPALIVED: 'keepalived runs there',
  OTHER_VRRP: 'keepalived there speaks another VRRP',
  ROOT_DENIED: 'root is not let in over the socket',
  SERVER_SILENT: 'a server is installed and does not answer: nothing of its data was looked at',
  SERVERS_DIFFER: 'MySQL on one, MariaDB on the other',
  VERSIONS_DIFFER: 'versions that do not replicate in both directions, or are not the same patch',
  SAME_UUID: 'one disk image on both hosts: equal server_uuid',
  SAME_SERVER_ID: 'equal server_id',
  HALF_COPY: 'a copy onto it was cut short',
  DATA_DIFFERS: 'what the two hold can not be made equal by replication',
  ERRANT_TRANSACTIONS: 'the standby wrote transactions of its own',
  PURGED: 'one needs transactions that the other has purged',
  CLUSTER_MEMBER: 'a member of Galera or of group replication',
  FOREIGN_CHANNEL: 'replicates from a third server',
  CHANNEL_BY_HAND: 'replicates from its peer already, set up by somebody else',
  OTHER_REPLICA: 'a third server replicates from it',
  FILTERED: 'a replication filter: the standby would lack rows',
  NO_PRIMARY_KEY: 'tables without a primary key',
  NOT_INNODB: 'tables whose engine does not survive a crash',
  READ_ONLY_BYPASSED: 'accounts that write to a standby',
  VALUE_DRIFTED: 'an option file and the running server say different things',
  PERSISTED: 'SET PERSIST wins over the option files at the next start',
  NAMES_DIFFER: 'lower_case_table_names is not the same on both',
  PARITY: 'time zone, character set or connections are not the same on both',
  CONNECTIONS: 'max_connections is nearly used up, or leaves no way in for an administrator',
  COLD_LOGINS: 'clients that another server would not let in at once',
  EVENTS: 'events begin to run, because mmha switches the scheduler by role',
  BINLOG_EXPIRY: 'binary logs go too early, or never',
  CLOCK: 'the clock is not synchronised, or differs',
  DISK: 'little room for the data',
  ASSERTION: 'an `assert` of the playbook does not hold',
  CONFINED: 'AppArmor or SELinux confines the server',
} as const

export type FindingCode = keyof typeof FINDING_CODES

/** One thing that was found, for the person who must act. */
export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  /** Name in the inventory; null: of both together. */
  readonly host: string | null
  readonly what: string
  /** The statement, the command, or the line of the inventory. */
  readonly todo: string
}

const ORDER: readonly Severity[] = ['blocks', 'warns', 'note']

/** What must be mended first comes first. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
}

/** Every reason not to begin, in one message; null: there is none. */
export function refusalOf(findings: readonly Finding[], where: string): MmhaError | null {
  const blocking = findings.filter(({ severity }) => severity === 'blocks')
  const [first] = blocking
  if (first === undefined) return null
  const hosts = new Set(blocking.map(({ host }) => host))
  const codes = new Set(blocking.map(({ code }) => code))
  const one = hosts.size === 1 && first.host !== null
  const said = blocking.map(
    ({ host, what }): Text => (one || host === null ? shown(what) : joined([`${host}: `, shown(what)], 'nothing')),
  )
  const all = joined(said, 'semicolon')
  const message = one
    ? preflight('preflight.refused', { host: first.host ?? '', findings: all })
    : preflight('preflight.refused-both', { findings: all })
  return new MmhaError(message, {
    code: codes.size === 1 ? first.code : 'PREFLIGHT',
    source: 'user',
    exit: EXIT.refused,
    ...(one ? { host: first.host } : {}),
    where,
    hint: joined([...new Set(blocking.map(({ todo }) => todo))].map(shown), 'semicolon'),
  })
}
