import { type Capability, type Flavour, hasCapability, parseVersion, type Version } from './dialect-capabilities.ts'
import { type Family, familyOf } from './dialect-family.ts'
import {
  columns,
  type ReplicaColumns,
  type SemiSyncNames,
  type Statements,
  semiSync,
  statements,
  type VariableNames,
  variables,
} from './dialect-names.ts'
import { type SeedingWords, seedingWordsOf } from './dialect-seeding.ts'
import { sqlString } from './quote.ts'

export type { Capability, Flavour, Version } from './dialect-capabilities.ts'
export { parseVersion, TELLING_COUNTERS, TELLING_VARIABLES } from './dialect-capabilities.ts'
export { type Family, familyOf } from './dialect-family.ts'
export type { SemiSyncNames } from './dialect-names.ts'

/**
 * What a server is asked for, and how it is said to it. Only the files named dialect* know families and versions: by family
 * (dialect-family.ts), by version (dialect-capabilities.ts), how a copy is made
 * (dialect-seeding.ts), and the words that follow from both (dialect-names.ts).
 */
export interface Dialect {
  readonly flavour: Flavour
  readonly version: Version
  /** What sets it apart from the other family in every version. */
  readonly family: Family
  can(capability: Capability): boolean
  readonly statement: Statements
  readonly column: ReplicaColumns
  readonly variable: VariableNames
  readonly semiSync: SemiSyncNames
  readonly seeding: SeedingWords
  /** `SOURCE` or `MASTER`: the prefix of CHANGE … options. */
  readonly option: 'SOURCE' | 'MASTER'
  /** Privileges that write to a server which is closed as our role closes it. */
  readonly readOnlyBypass: readonly string[]
  /** What lets an administrator in when all connections are used, with a value for an example. */
  readonly adminDoor: { readonly variable: string; readonly example: string }
  /** Takes a channel out for good. */
  removeChannel(name: string): readonly string[]
  /** Ends a filter, `replicate_do_db` and its kin, which wants the channel stopped. */
  clearFilter(name: string): string
}

/**
 * The dialect of a server.
 * @param version what `SELECT VERSION()` or the binary's `--version` says
 * @param comment `@@version_comment`, where it is known: some builds carry the flavour only there
 * @param names variables and counters that it has, of TELLING_VARIABLES and TELLING_COUNTERS at least; null: it was not asked,
 *   and the version tells
 * @throws RangeError when the version has no number
 */
export function dialectOf(version: string, comment = '', names: readonly string[] | null = null): Dialect {
  const flavour: Flavour = /mariadb/i.test(`${version} ${comment}`) ? 'mariadb' : 'mysql'
  const parsed = parseVersion(version)
  const family = familyOf(flavour)
  const shown = names === null ? null : new Set(names)
  const can = (capability: Capability): boolean => hasCapability({ flavour, version: parsed, shown }, capability)
  return {
    flavour,
    version: parsed,
    family,
    can,
    statement: statements(can),
    column: columns(can('replicaColumns'), family),
    variable: variables(can),
    semiSync: semiSync(can),
    seeding: seedingWordsOf(flavour),
    option: can('sourceStatement') ? 'SOURCE' : 'MASTER',
    readOnlyBypass: [
      ...(can('readOnlyAdmin') ? ['READ_ONLY ADMIN'] : []),
      ...(can('superObeysReadOnly') ? [] : ['SUPER']),
    ],
    adminDoor: can('adminAddress')
      ? { variable: 'admin_address', example: '127.0.0.1' }
      : { variable: 'extra_port', example: '33062' },
    removeChannel: (name) => removeChannel(family, can('replicaStatement') ? 'REPLICA' : 'SLAVE', name),
    clearFilter: (name) =>
      can('filterStatement')
        ? `${statements(can).stopSql}; CHANGE REPLICATION FILTER ${name.toUpperCase()} = ()`
        : `STOP ALL SLAVES; SET GLOBAL ${name}=''`,
  }
}

function removeChannel(family: Family, replica: string, name: string): readonly string[] {
  if (name === '') return [`STOP ${replica}`, `RESET ${replica} ALL`]
  const quoted = sqlString(name)
  return [family.stopChannel(replica, quoted), family.resetChannel(replica, quoted)]
}

/**
 * Do two servers of one family replicate in both directions? Vendors promise the older one's log to the newer, within a
 * series in both directions: `patch`; across series only upwards: `series`.
 */
export function replicatesBothWays(a: Dialect, b: Dialect): 'equal' | 'patch' | 'series' {
  if (a.version[0] !== b.version[0] || a.version[1] !== b.version[1]) return 'series'
  return a.version[2] === b.version[2] ? 'equal' : 'patch'
}
