import { ROLE_USER } from '../mysql/account.ts'
import { TELLING_VARIABLES } from '../mysql/dialect.ts'
import { sqlAccount } from '../mysql/quote.ts'
import { WHICH_COUNTERS } from '../mysql/snapshot.ts'
import { FACT_FUNCTIONS } from './fact-lines.ts'
import type { ProbeContext } from './module.ts'
import { PEER_FILE } from './mysql-account-facts.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'

/** Variables that a planner looks at, under the names of any server: the rest is not worth its bytes. */
const VARIABLES: readonly string[] = [
  'bind_address',
  'port',
  'socket',
  'pid_file',
  'datadir',
  'server_id',
  'report_host',
  'auto_increment_(increment|offset)',
  'log_bin',
  'log_(replica|slave)_updates',
  'binlog_[a-z_]+',
  'expire_logs_days',
  'gtid_(mode|domain_id|strict_mode)',
  'enforce_gtid_consistency',
  'sync_binlog',
  'max_connect_errors',
  'innodb_flush_log_at_trx_commit',
  'relay_log_recovery',
  'skip_(replica|slave)_start',
  '(replica|slave)_[a-z_]+',
  'rpl_semi_sync_[a-z_]+',
  ...TELLING_VARIABLES,
]

/** Schemas that are the server's or ours. */
export const OWN_SCHEMAS = ['mysql', 'information_schema', 'performance_schema', 'sys', 'mmha']

/** The password as the option file writes it: see passwordLine in mysql-client.ts. */
const MYSQL_PASSWORD = `SHA2(CONCAT('password="', REPLACE(REPLACE(User_password, '\\\\', '\\\\\\\\'), '"', '\\\\"'), '"', CHAR(10)), 256)`

/** The heading of a result says what its rows are: see ROWS. */
const MARK = '`at`'

/** One fact a row: `name<TAB>value`. */
export function ask(name: string, value: string, from = ''): string {
  return `SELECT '${name}' AS ${MARK}, ${value} AS facts${from};\n`
}

/** The rows of this statement are of that kind. */
export function tell(kind: string, statement: string): string {
  return `SELECT 'at' AS ${MARK}, '${kind}' AS \`${kind}\`;\n${statement};\n`
}

function questions({ inventory, peer }: ProbeContext): string {
  return [
    ask('up', "'yes'"),
    ask('uuid', '@@GLOBAL.server_uuid'),
    ask('server_id', '@@GLOBAL.server_id'),
    // Before the log: what came from elsewhere is logged first.
    ask('place', '@@GLOBAL.gtid_slave_pos'),
    ask('gtids', "REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '')"),
    ask('gtids', '@@GLOBAL.gtid_binlog_state'),
    ask(
      'schema',
      'SCHEMA_NAME',
      ` FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('${OWN_SCHEMAS.join("', '")}')`,
    ),
    ask('epochs', 'COUNT(*)', ' FROM mmha.epoch'),
    ask('tls', '@@GLOBAL.have_ssl'),
    ask('tls', '@@GLOBAL.ssl_cert'),
    ask('read_only', '@@GLOBAL.read_only'),
    ask('channel_password', MYSQL_PASSWORD, " FROM mysql.slave_master_info WHERE Channel_name = ''"),
    tell('variables', `SHOW GLOBAL VARIABLES WHERE Variable_name REGEXP '^(${VARIABLES.join('|')})$'`),
    tell('counters', WHICH_COUNTERS),
    tell('status', "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_%_status'"),
    tell('channel', 'SHOW REPLICA STATUS'),
    tell('channel', 'SHOW SLAVE STATUS'),
    tell('place', 'SHOW BINARY LOG STATUS'),
    tell('place', 'SHOW MASTER STATUS'),
    tell('replication', `SHOW GRANTS FOR ${sqlAccount(inventory.replication.user, peer.replicationAddress)}`),
    tell('role', `SHOW GRANTS FOR ${sqlAccount(ROLE_USER, 'localhost')}`),
  ].join('')
}

/** Results with headings → facts. MariaDB shows the hash of the password in a grant: nobody needs it. */
const ROWS = `BEGIN { FS = OFS = "\\t" }
$1 == "at" {
  kind = $2; row = 0
  if (kind == "replication" || kind == "role") print "account", kind
  next
}
{ row++ }
kind == "facts" { print; next }
row == 1 { for (i = 1; i <= NF; i++) name[i] = $i; next }
kind == "variables" { print "variable", $0 }
kind == "counters" { print "counter", $1 }
kind == "status" { print }
kind == "place" { print "position", $0 }
kind == "channel" && row == 2 {
  threads = 0
  for (i = 1; i <= NF; i++) {
    print "channel", name[i], $i
    if (name[i] ~ /_(IO|SQL)_Running$/ && $i == "Yes") threads++
  }
  print "channel_threads", threads
}
kind == "connections" && row > 1 {
  split("", value)
  for (i = 1; i <= NF; i++) {
    column = toupper(name[i])
    sub(/^CONNECTION_NAME$/, "CHANNEL_NAME", column)
    sub(/^MASTER_/, "", column)
    value[column] = $i
  }
  print "connection", value["CHANNEL_NAME"], value["HOST"], value["PORT"], value["USER"]
}
kind == "replication" || kind == "role" { sub(/ IDENTIFIED BY .*/, ""); print "grant", $0 }
`

/** sh that asks all of these in one start of the client; --force goes on after a statement that this server doesn't know. */
export function askServer(statements: string): string {
  return `sql --force --column-names 2>/dev/null <<'MMHA_END_OF_SQL' | awk '${ROWS}'
${statements}MMHA_END_OF_SQL
`
}

/**
 * Everything that planners ask of this host's server, in one start of its client: `up`, `variable`, `channel`,
 * `grant` and other facts. A start costs 20 ms; that is why they don't each ask. Servers don't know all of these
 * statements: --force goes on to the next.
 */
export function databaseProbe(context: ProbeContext): string {
  return `${FACT_FUNCTIONS}${SQL_FUNCTIONS}
ask() {
${askServer(`${questions(context)}${ask('asked', "'all'")}`)}}
facts=$(ask)
# The daemon ends sessions where it closes a server: what was cut off is asked again.
case $facts in *'asked	all'*) ;; *) [ -z "$mysql_client" ] || facts=$(ask) ;; esac
if [ -n "$facts" ]; then
  printf '%s\\n' "$facts"
  fact server up
  # MariaDB keeps a channel's password in a file, on its sixth line.
  file=$(printf '%s\\n' "$facts" | sed -n 's/^variable	datadir	//p')/master.info
  if [ -f "$file" ]; then
    fact channel_password "$(sed -n '6{s/\\\\/\\\\\\\\/g; s/"/\\\\"/g; s/.*/password="&"/p;}' "$file" | sha256sum | cut -d ' ' -f 1)"
  fi
  if [ -f ${PEER_FILE} ]; then
    fact file_password "$(grep '^password=' ${PEER_FILE} | sha256sum | cut -d ' ' -f 1)"
  fi
elif [ -n "$mysql_client" ]; then
  case $(sql --execute='DO 1' 2>&1) in *'ERROR 1045'*|*'ERROR 1698'*) fact server denied ;; esac
fi
`
}
