import { stringify } from 'yaml'

/** What the wizard found out and was told: everything that its inventory says. */
export interface InventoryDraft {
  /** `10.77.0.100/24` */
  readonly vip: string
  readonly masters: readonly [MasterDraft, MasterDraft]
  /** SSH settings of both, where they agree; only what differs from the defaults. */
  readonly ssh: SshDraft
  readonly flavour: 'auto' | 'mysql' | 'mariadb'
  /** Path for editors, relative to the inventory; null: no schema file was written. */
  readonly schema: string | null
  /** As the user will type it after `mmha plan`. */
  readonly file: string
}

export interface SshDraft {
  readonly host?: string
  readonly port?: number
  readonly user?: string
  readonly key?: string
}

export interface MasterDraft {
  /** null: the default, m1 or m2. */
  readonly name: string | null
  readonly address: string
  readonly nic: string
  readonly ssh: SshDraft
  /** What was seen there, for the comment. */
  readonly seen: string
}

/** The inventory as a file for a person: what was chosen, why it is there, and every default that may be changed. */
export function inventoryText(draft: InventoryDraft): string {
  const [first, second] = draft.masters
  const sameNic = first.nic === second.nic
  return [
    ...(draft.schema === null ? [] : [`# yaml-language-server: $schema=${comment(draft.schema)}`]),
    '# Two servers, one MySQL address. Written by `mmha init`, to be edited by you.',
    `# \`mmha plan ${comment(draft.file)}\` shows what would change; \`mmha provision ${comment(draft.file)}\` shows it, asks, does it.`,
    '',
    '# The address that clients use. It moves between the masters, so it is the own address of neither.',
    `vip: ${scalar(draft.vip)}`,
    '',
    `# The interface that carries it${sameNic ? ', on both masters' : '; a master whose interface has another name says so below'}.`,
    `nic: ${scalar(first.nic)}`,
    '',
    '# The pair. Both hold all data; the one that has the VIP takes the writes.',
    'masters:',
    ...draft.masters.flatMap((master) => masterLines(master, sameNic)),
    '',
    ...block('ssh', draft.ssh, '# How SSH reaches both.'),
    '# The database server. One that is there stays; a missing one is installed. `auto` takes what is there.',
    `server: ${draft.flavour}`,
    '',
    ...DEFAULTS,
    '',
  ].join('\n')
}

function masterLines(master: MasterDraft, sameNic: boolean): string[] {
  const fields = [
    ...(master.name === null ? [] : [`name: ${scalar(master.name)}`]),
    `address: ${scalar(master.address)}`,
    ...(sameNic ? [] : [`nic: ${scalar(master.nic)}`]),
    ...block('ssh', master.ssh),
  ]
  const lines = fields.length === 1 ? [scalar(master.address)] : fields
  return [`  # ${comment(master.seen)}`, ...lines.map((line, i) => `  ${i === 0 ? '-' : ' '} ${line}`)]
}

function block(key: string, values: SshDraft, why?: string): string[] {
  const entries = Object.entries(values)
  if (entries.length === 0) return []
  const lines = [`${key}:`, ...entries.map(([name, value]) => `  ${name}: ${scalar(value)}`)]
  return why === undefined ? lines : [why, ...lines, '']
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
 * The defaults, commented out: `# ` begins a sentence, `#` alone a setting. Uncommenting every setting changes nothing;
 * a test holds that against the loader.
 */
const DEFAULTS: readonly string[] = `
# From here on: the defaults. Take away the # of a setting (and of the line that it is indented under) to change it.

# When safety and availability part, because the holder died and the other one may lack its last transactions:
# - availability: the other takes over; the dead one is quarantined when it returns, and its tail is saved
# - consistency: nobody takes over until a person has decided
#policy: availability

#replication:
#  mode: gtid              # position: by binlog file and position, for servers without GTID
#  user: mmha_repl         # its password is generated, and kept on the hosts in files that only root reads
#  connectRetry: 1         # s between attempts to reach the other master
#  semiSyncTimeout: 1000   # ms that a commit waits for the other master before it goes on alone

#vrrp:
#  version: 3              # 2: to share a network with an old keepalived
#  advertInterval: 0.5     # s between adverts; after three missed ones the holder is taken for dead
#  mode: multicast         # unicast: where the network drops 224.0.0.18
`
  .trim()
  .split('\n')
