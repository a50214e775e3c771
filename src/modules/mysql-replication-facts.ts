import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
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
const MYSQL_PASSWORD = `SELECT SHA2(CONCAT('password="', REPLACE(REPLACE(User_password, '\\\\', '\\\\\\\\'), '"', '\\\\"'), '"', CHAR(10)), 256)
FROM mysql.slave_master_info WHERE Channel_name = ''`

export const REPLICATION_PROBE = `${FACT_FUNCTIONS}${SQL_FUNCTIONS}
if sql --execute='DO 1' 2>/dev/null; then
  fact up yes
  fact uuid "$(sql --execute='SELECT @@GLOBAL.server_uuid' 2>/dev/null)"
  fact server_id "$(sql --execute='SELECT @@GLOBAL.server_id')"
  for name in gtid_executed gtid_binlog_state; do
    if gtids=$(sql --execute="SELECT REPLACE(@@GLOBAL.$name, CHAR(10), '')" 2>/dev/null); then fact gtids "$gtids"; fi
  done
  sql <<'MMHA_END_OF_SQL' | fact_rows schema
SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('${OWN_SCHEMAS.join("', '")}');
MMHA_END_OF_SQL
  fact epochs "$(sql --execute='SELECT COUNT(*) FROM mmha.epoch' 2>/dev/null || echo 0)"
  channel_status | sed -n '/^\\*.* 2\\. row/q; s/^ *\\(${COLUMNS.join('\\|')}\\): \\{0,1\\}/channel	\\1	/p'
  if password=$(sql 2>/dev/null <<'MMHA_END_OF_SQL'
${MYSQL_PASSWORD};
MMHA_END_OF_SQL
  ); then
    fact channel_password "$password"
  else
    file="$(sql --execute='SELECT @@GLOBAL.datadir')/master.info"
    if [ -f "$file" ]; then
      fact channel_password "$(sed -n '6{s/\\\\/\\\\\\\\/g; s/"/\\\\"/g; s/.*/password="&"/p;}' "$file" | sha256sum | cut -d ' ' -f 1)"
    fi
  fi
  if [ -f ${PEER_FILE} ]; then
    fact file_password "$(grep '^password=' ${PEER_FILE} | sha256sum | cut -d ' ' -f 1)"
  fi
  fact tls "$(sql --execute='SELECT @@GLOBAL.have_ssl' 2>/dev/null || sql --execute='SELECT @@GLOBAL.ssl_cert' 2>/dev/null)"
  { sql --execute='SHOW BINARY LOG STATUS' 2>/dev/null || sql --execute='SHOW MASTER STATUS' 2>/dev/null; } | sed 's/^/position	/'
fi
`

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
