import { stringify } from 'yaml'

/** What the wizard found out and was told: everything that its inventory says. */
export interface InventoryDraft {
  /** `10.77.0.100/24` */
  readonly vip: string
  readonly masters: readonly [MasterDraft, MasterDraft]
  readonly flavour: 'auto' | 'mysql' | 'mariadb'
  /** Path or URL for editors, relative to the inventory; null: no schema file was written. */
  readonly schema: string | null
  /** As the user will type it after `mmha plan`. */
  readonly file: string
}

export interface MasterDraft {
  /** null: the default, m1 or m2. */
  readonly name: string | null
  readonly address: string
  readonly nic: string
  /** Only what differs from the defaults. */
  readonly ssh: { readonly host?: string; readonly port?: number; readonly user?: string; readonly key?: string }
  /** What was seen there, for the comment: `db1, Debian 12, MySQL 9.7.4 (running)`. */
  readonly seen: string
}

/** The inventory as a file for a person: what was chosen, why it is there, and every default that may be changed. */
export function inventoryText(draft: InventoryDraft): string {
  const [first, second] = draft.masters
  const sameNic = first.nic === second.nic
  return [
    ...(draft.schema === null ? [] : [`# yaml-language-server: $schema=${draft.schema}`]),
    '# Two servers, one MySQL address. Written by `mmha init`; made to be edited.',
    `#   mmha plan ${draft.file}        shows what would change, and changes nothing`,
    `#   mmha provision ${draft.file}   shows the same, asks, does it`,
    '',
    '# The address that clients use. It moves between the masters, so it belongs to neither of them.',
    `vip: ${scalar(draft.vip)}`,
    '',
    ...(sameNic ? ['# The interface that carries it, on both masters.', `nic: ${scalar(first.nic)}`, ''] : []),
    '# The pair. Both hold all data; the one that has the VIP takes the writes.',
    'masters:',
    ...draft.masters.flatMap((master) => masterLines(master, sameNic)),
    '',
    ...serverLines(draft.flavour),
    '',
    ...DEFAULTS,
    '',
  ].join('\n')
}

function masterLines(master: MasterDraft, sameNic: boolean): string[] {
  const ssh = Object.entries(master.ssh)
  const fields = [
    ...(master.name === null ? [] : [`name: ${scalar(master.name)}`]),
    `address: ${scalar(master.address)}`,
    ...(sameNic ? [] : [`nic: ${scalar(master.nic)}`]),
    ...(ssh.length === 0 ? [] : ['ssh:', ...ssh.map(([key, value]) => `  ${key}: ${scalar(value)}`)]),
  ]
  const lines = fields.length === 1 ? [scalar(master.address)] : fields
  return [`  # ${comment(master.seen)}`, ...lines.map((line, i) => `  ${i === 0 ? '-' : ' '} ${line}`)]
}

function serverLines(flavour: InventoryDraft['flavour']): string[] {
  const why = '# The database server. It is installed where it is missing; one that is there stays.'
  return flavour === 'auto'
    ? [why, '# auto: the one that is there.', 'server:', '  flavour: auto']
    : [why, 'server:', `  flavour: ${flavour}`]
}

/** One scalar as YAML writes it: quoted only when it must be. */
function scalar(value: string | number): string {
  return stringify(value, { lineWidth: 0 }).trim()
}

/** What was seen on a host is foreign text: one line, nothing that ends the comment. */
function comment(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

/**
 * The defaults, commented out: uncommenting a block changes nothing until a value in it is changed. A test holds this
 * against the schema.
 */
const DEFAULTS: readonly string[] = `
# Everything below is the default. To change a value, uncomment its line and the line of the block above it.

# What happens when safety and availability part (the holder died, and the other may lack its last transactions):
#   availability  the other takes over, the dead one is quarantined when it returns, its tail is saved
#   consistency   nobody takes over until a person decides
# policy: availability

# replication:
#   mode: gtid                # gtid, or position (binlog file and position, for servers without GTID)
#   connectRetry: 1           # s between attempts to reach the other master
#   semiSyncTimeout: 10000    # ms that a commit waits for the other master before it goes on alone

# vrrp:
#   version: 3                # 2 when real keepalived 1.x is the peer
#   advertInterval: 0.5       # s between adverts; the peer is taken for dead after three of them are missed
#   mode: multicast           # unicast where the network drops 224.0.0.18
`
  .trim()
  .split('\n')
