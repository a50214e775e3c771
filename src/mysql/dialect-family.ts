import type { Flavour } from './dialect-capabilities.ts'

/** What sets the two families apart in every version. */
export interface Family {
  /** For a person. */
  readonly name: string
  readonly program: 'mysqld' | 'mariadbd'
  /** Its flags for: read the option files, say what is wrong with them, don't start. */
  readonly checkOptions: string
  /** Expression: all that is in a server's history, received or its own. */
  readonly executed: string
  /** Columns `executed` and, where a part stands elsewhere, `replicated`. */
  readonly executedColumns: string
  /** Expression: where its history ends, as `waitFor` takes it. */
  readonly historyEnd: string
  /** Expression: who a server is, as written into the origins of its transactions. */
  readonly origin: string
  /** An origin is one server's in all the world (a UUID, not a number): a common one proves kinship. */
  readonly originIsUnique: boolean
  /** A server that lost its own tail takes it back from its peer; else it passes over it, and its rows are missing for ever. */
  readonly takesOwnTailBack: boolean
  /** An applier passes over transactions that it has; else it stops at them. */
  readonly passesOverKnown: boolean
  /** An applier that has read the begin of a transaction waits for its end, and a STOP waits for the applier. */
  readonly waitsInsideTransaction: boolean
  /** The wait function takes a set; else the last transaction of each domain. */
  readonly waitsForSet: boolean
  /** Where the replica goes on is kept beside the binary log, and knows nothing of what the server itself wrote. */
  readonly placeIsApart: boolean
  /** Recovery itself takes back what nobody was told of, when the server is told that it is a replica now. */
  readonly recoversByRole: boolean
  /** Also to be said after the binary logs are wiped. */
  readonly forgetPlace: readonly string[]
  /** How an account takes two passwords: the former is retained, or two ways to log in stand beside each other. */
  readonly passwordPair: 'retained' | 'alternatives'
  readonly autoPositionColumn: string
  readonly receivedColumn: string
  readonly waitFunction: string
  /** Options of CHANGE …: find the place by GTID, or not. @param prefix SOURCE or MASTER */
  autoPosition(prefix: string, on: boolean): string
  /** Says which channel: before ALL, or after. @param name quoted */
  resetChannel(replica: string, name: string): string
  stopChannel(replica: string, name: string): string
}

const FAMILIES: Readonly<Record<Flavour, Family>> = {
  mysql: {
    name: 'MySQL',
    program: 'mysqld',
    checkOptions: '--validate-config',
    executed: '@@global.gtid_executed',
    executedColumns: '@@global.gtid_executed AS executed',
    historyEnd: '@@global.gtid_executed',
    origin: '@@global.server_uuid',
    originIsUnique: true,
    takesOwnTailBack: false,
    passesOverKnown: true,
    waitsInsideTransaction: true,
    waitsForSet: true,
    placeIsApart: false,
    recoversByRole: false,
    forgetPlace: [],
    passwordPair: 'retained',
    autoPositionColumn: 'Auto_Position',
    receivedColumn: 'Retrieved_Gtid_Set',
    waitFunction: 'WAIT_FOR_EXECUTED_GTID_SET',
    autoPosition: (prefix, on) => `${prefix}_AUTO_POSITION=${on ? 1 : 0}`,
    resetChannel: (replica, name) => `RESET ${replica} ALL FOR CHANNEL ${name}`,
    stopChannel: (replica, name) => `STOP ${replica} FOR CHANNEL ${name}`,
  },
  mariadb: {
    name: 'MariaDB',
    program: 'mariadbd',
    checkOptions: '--help --verbose',
    executed: '@@global.gtid_binlog_state',
    executedColumns: '@@global.gtid_binlog_state AS executed, @@global.gtid_slave_pos AS replicated',
    historyEnd: '@@global.gtid_binlog_pos',
    origin: '@@global.server_id',
    originIsUnique: false,
    // With the semi-sync replica on and gtid_strict_mode.
    takesOwnTailBack: true,
    passesOverKnown: false,
    waitsInsideTransaction: false,
    waitsForSet: false,
    placeIsApart: true,
    recoversByRole: true,
    forgetPlace: ["SET GLOBAL gtid_slave_pos=''"],
    passwordPair: 'alternatives',
    autoPositionColumn: 'Using_Gtid',
    receivedColumn: 'Gtid_IO_Pos',
    waitFunction: 'MASTER_GTID_WAIT',
    autoPosition: (prefix, on) => `${prefix}_USE_GTID=${on ? 'slave_pos' : 'no'}`,
    resetChannel: (replica, name) => `RESET ${replica} ${name} ALL`,
    stopChannel: (replica, name) => `STOP ${replica} ${name}`,
  },
}

export function familyOf(flavour: Flavour): Family {
  return FAMILIES[flavour]
}
