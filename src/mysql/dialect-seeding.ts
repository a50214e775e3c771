import type { Flavour } from './dialect-capabilities.ts'
import { formatGtidSet, formatPosition, type GtidSet } from './gtid-set.ts'
import { sqlString } from './quote.ts'

/** What sets the two families apart when a server is copied, and when the copy takes its place in the history. */
export interface SeedingWords {
  readonly dumpProgram: string
  /** Options that only this family's program has. */
  readonly dumpOptions: readonly string[]
  /** How the line of a dump begins that says which moment it is of; it ends with `;` and is not to be run. */
  readonly dumpMarker: string
  /** Begins a transaction that sees one moment; the last column of the only row is that moment's GTIDs. */
  readonly openMoment: readonly string[]
  /** Option of START REPLICA UNTIL: apply just these. */
  readonly untilOption: string
  /** The relay log of an old copy has to be dropped before the channel is placed; else placing it does that. */
  readonly dropsRelayLogFirst: boolean
  /** Expression: the server has a certificate. */
  readonly hasCertificate: string
  /** Roles are named without a host, made by CREATE ROLE, and told by this column; null: they are accounts like others. */
  readonly roleColumn: string | null
  /** How its files are copied while it runs; null: not with a program that every distribution of it has. */
  readonly backup: Backup | null
  /** What a server whose binary logs were just wiped is told about the past of its copy. */
  takeOn(executed: string, position: string): readonly string[]
  /** The command that prints transactions as SQL, rows as comments beside what replays them, without the binary logs. @param common what both servers have */
  tailCommand(extra: GtidSet, common: GtidSet): readonly string[]
}

export interface Backup {
  readonly program: string
  /** Takes the program's stream apart. */
  readonly unpack: string
  /** One row: how many of its files stand outside of the data directory. */
  readonly filesElsewhere: string
}

const SNAPSHOT = 'START TRANSACTION WITH CONSISTENT SNAPSHOT'
const REPEATABLE = 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ'
const snapshotAt = (name: string) =>
  `(SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME='BINLOG_SNAPSHOT_${name}')`

const WORDS: Readonly<Record<Flavour, SeedingWords>> = {
  mysql: {
    dumpProgram: 'mysqldump',
    dumpOptions: ['--set-gtid-purged=ON', '--column-statistics=0'],
    dumpMarker: 'SET @@GLOBAL.GTID_PURGED=',
    // It doesn't know its transaction's place: writers are held up while it is asked, for 1 s at most.
    openMoment: [
      REPEATABLE,
      'SET SESSION lock_wait_timeout=1',
      'FLUSH TABLES WITH READ LOCK',
      SNAPSHOT,
      "SELECT 'moment', REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '')",
      'UNLOCK TABLES',
    ],
    untilOption: 'SQL_AFTER_GTIDS',
    dropsRelayLogFirst: true,
    hasCertificate: "@@GLOBAL.ssl_cert <> ''",
    roleColumn: null,
    backup: null,
    takeOn: (executed) => [`SET GLOBAL gtid_purged=${sqlString(executed)}`],
    tailCommand: (extra) => ['mysqlbinlog', '--verbose', `--include-gtids=${formatGtidSet('mysql', extra)}`],
  },
  mariadb: {
    dumpProgram: 'mariadb-dump',
    // --gtid prints its place at the beginning or, since 11.5, at the end: file and position tell it as well.
    dumpOptions: [],
    dumpMarker: '-- CHANGE MASTER TO MASTER_LOG_FILE=',
    openMoment: [
      REPEATABLE,
      SNAPSHOT,
      `SELECT 'moment', BINLOG_GTID_POS(${snapshotAt('FILE')}, ${snapshotAt('POSITION')})`,
    ],
    untilOption: 'MASTER_GTID_POS',
    dropsRelayLogFirst: false,
    hasCertificate: "@@GLOBAL.have_ssl = 'YES'",
    roleColumn: 'is_role',
    backup: {
      program: 'mariadb-backup',
      unpack: 'mbstream',
      filesElsewhere: `SELECT (SELECT COUNT(*) FROM information_schema.INNODB_SYS_TABLESPACES WHERE FILENAME LIKE '/%')
        + (COALESCE(@@GLOBAL.innodb_data_home_dir, '') NOT IN ('', '.', './', @@GLOBAL.datadir))
        + (@@GLOBAL.innodb_log_group_home_dir NOT IN ('', '.', './', @@GLOBAL.datadir))
        + (COALESCE(@@GLOBAL.innodb_undo_directory, '') NOT IN ('', '.', './', @@GLOBAL.datadir))`,
    },
    takeOn: (executed, position) => [
      `SET GLOBAL gtid_binlog_state=${sqlString(executed)}`,
      `SET GLOBAL gtid_slave_pos=${sqlString(position)}`,
    ],
    tailCommand: (_extra, common) => ['mariadb-binlog', '--verbose', `--start-position=${formatPosition(common)}`],
  },
}

export function seedingWordsOf(flavour: Flavour): SeedingWords {
  return WORDS[flavour]
}
