import type { Dialect } from './dialect.ts'
import { parseGtidSet } from './gtid-set.ts'
import { sqlString } from './quote.ts'

/** A logical dump, as the server's own program makes it. */
export interface Dump {
  /** Its words, without those that say how to log in. Whole schemas with everything in them, one consistent moment. */
  readonly command: readonly string[]
  /** How the line begins that says which moment that is; it ends with `;` and is not to be run. */
  readonly marker: string
}

/**
 * Writers are held up only while its moment is taken: MySQL locks for that with FLUSH TABLES
 * WITH READ LOCK. Accounts are not in it: the pair's own differ from host to host.
 */
export function dumpOf(dialect: Dialect, schemas: readonly string[]): Dump {
  const { dumpProgram, dumpOptions, dumpMarker } = dialect.seeding
  const position = dialect.can('replicaVariables') ? '--source-data=2' : '--master-data=2'
  return {
    command: [
      dumpProgram,
      '--single-transaction',
      '--quick',
      '--hex-blob',
      '--routines',
      '--events',
      '--triggers',
      '--default-character-set=utf8mb4',
      '--max-allowed-packet=1G',
      position,
      ...dumpOptions,
      '--databases',
      ...schemas,
    ],
    marker: dumpMarker,
  }
}

/** Which moment a dump is of: MySQL's GTIDs themselves, MariaDB's place in the binary log that it was taken from. */
export type DumpMoment =
  | { readonly kind: 'gtids'; readonly executed: string }
  | { readonly kind: 'place'; readonly file: string; readonly position: number }

/** Reads the statement that `marker` begins; null when it says something else. */
export function momentOf(statement: string): DumpMoment | null {
  const place = /MASTER_LOG_FILE='([^']+)', MASTER_LOG_POS=(\d+)/.exec(statement)
  if (place !== null) return { kind: 'place', file: place[1] ?? '', position: Number(place[2]) }
  const executed = /GTID_PURGED=(?:\/\*!80000 '\+'\*\/ )?'([^']*)'/.exec(statement)?.[1]
  if (executed === undefined) return null
  const plain = executed.replaceAll(/\s/g, '')
  parseGtidSet('mysql', plain)
  return { kind: 'gtids', executed: plain }
}

/** MariaDB: the GTID position at a place in the binary log, one row. Asked of the server whose log it is. */
export function gtidsAt({ file, position }: { readonly file: string; readonly position: number }): string {
  return `SELECT BINLOG_GTID_POS(${sqlString(file)}, ${position})`
}
