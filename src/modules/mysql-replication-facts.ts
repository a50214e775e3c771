import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import type { ProbeContext } from './module.ts'
import { PEER_FILE } from './mysql-account-facts.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'

/** What a server holds and whom it follows. */
export interface ReplicationFacts {
  /** The server answers root over the socket. */
  readonly up: boolean
  /** MySQL's server_uuid; '' on MariaDB. */
  readonly uuid: string
  readonly serverId: string
  /** gtid_executed; MariaDB: gtid_binlog_state. */
  readonly gtids: string
  /** Schemas that are neither the server's nor mmha's. */
  readonly schemas: readonly string[]
  /** Promotions that this server's data knows of: 0 before the pair ever had a holder. */
  readonly epochs: number
  /** Row of SHOW REPLICA STATUS for the default channel under this server's names; null: no channel. */
  readonly channel: Readonly<Record<string, string>> | null
  /** sha256 of the password line: in the channel, and in the option file it should come from. */
  readonly channelPassword: string
  readonly filePassword: string
  /** Its certificates, so that the peer's channel may be encrypted. */
  readonly tls: boolean
  /** Where its binary log ends. */
  readonly position: { readonly file: string; readonly position: number } | null
}

const OWN_SCHEMAS = ['mysql', 'information_schema', 'performance_schema', 'sys', 'mmha']

/** Columns of SHOW REPLICA STATUS that a planner looks at, under either server's names. */
const COLUMNS = [
  '\\(Source\\|Master\\)_\\(Host\\|Port\\|User\\|SSL_Allowed\\)',
  'Connect_Retry',
  'Auto_Position',
  'Using_Gtid',
]

/** The password as the option file writes it: see passwordLine in mysql-client.ts. */
const MYSQL_PASSWORD = `SELECT 'channel_password', SHA2(CONCAT('password="', REPLACE(REPLACE(User_password, '\\\\', '\\\\\\\\'), '"', '\\\\"'), '"', CHAR(10)), 256)
FROM mysql.slave_master_info WHERE Channel_name = ''`

/** Every SELECT prints facts. Servers don't know all of these names: --force goes on to the next. */
const QUESTIONS = `SELECT 'up', 'yes';
SELECT 'uuid', @@GLOBAL.server_uuid;
SELECT 'server_id', @@GLOBAL.server_id;
SELECT 'gtids', REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '');
SELECT 'gtids', @@GLOBAL.gtid_binlog_state;
SELECT 'schema', SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('${OWN_SCHEMAS.join("', '")}');
SELECT 'epochs', COUNT(*) FROM mmha.epoch;
SELECT 'tls', @@GLOBAL.have_ssl;
SELECT 'tls', @@GLOBAL.ssl_cert;
SELECT 'datadir', @@GLOBAL.datadir;
${MYSQL_PASSWORD};
`

/** Read-only sh; where the binary log ends matters to a channel by position alone. */
export function replicationProbe({ inventory }: ProbeContext): string {
  const position = `{ sql --execute='SHOW BINARY LOG STATUS' 2>/dev/null || sql --execute='SHOW MASTER STATUS' 2>/dev/null; } |
    sed 's/^/position	/'`
  return `${FACT_FUNCTIONS}${SQL_FUNCTIONS}
facts=$(sql --force 2>/dev/null <<'MMHA_END_OF_SQL'
${QUESTIONS}MMHA_END_OF_SQL
)
if [ -n "$facts" ]; then
  printf '%s\\n' "$facts"
  channel_status | sed -n '/^\\*.* 2\\. row/q; s/^ *\\(${COLUMNS.join('\\|')}\\): \\{0,1\\}/channel	\\1	/p'
  # MariaDB keeps a channel's password in a file, on its sixth line.
  file=$(printf '%s\\n' "$facts" | sed -n 's/^datadir	//p')/master.info
  if [ -f "$file" ]; then
    fact channel_password "$(sed -n '6{s/\\\\/\\\\\\\\/g; s/"/\\\\"/g; s/.*/password="&"/p;}' "$file" | sha256sum | cut -d ' ' -f 1)"
  fi
  if [ -f ${PEER_FILE} ]; then
    fact file_password "$(grep '^password=' ${PEER_FILE} | sha256sum | cut -d ' ' -f 1)"
  fi
  ${inventory.replication.mode === 'position' ? position : ''}
fi
`
}

export function parseReplication(stdout: string): ReplicationFacts {
  const facts = new FactLines(stdout)
  const channel = facts.record('channel')
  const [file = '', position = ''] = facts.rows('position')[0] ?? []
  const tls = facts.text('tls') ?? ''
  return {
    up: facts.flag('up'),
    uuid: facts.text('uuid') ?? '',
    serverId: facts.text('server_id') ?? '',
    gtids: facts.text('gtids') ?? '',
    schemas: facts.texts('schema').filter((name) => name !== ''),
    epochs: Number(facts.text('epochs') ?? 0),
    channel: Object.keys(channel).length === 0 ? null : channel,
    channelPassword: facts.text('channel_password') ?? '',
    filePassword: facts.text('file_password') ?? '',
    // have_ssl says YES, NO or DISABLED; where it is gone, a certificate's file name says it.
    tls: !['', 'NO', 'DISABLED', 'NULL'].includes(tls),
    position: file === '' ? null : { file, position: Number(position) },
  }
}
