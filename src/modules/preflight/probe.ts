import { ask, askServer, OWN_SCHEMAS, tell } from '../database-probe.ts'
import { FACT_FUNCTIONS } from '../fact-lines.ts'
import { CONFIG } from '../keepalived-engine.ts'
import type { ProbeContext } from '../module.ts'
import { ROLE_FILE } from '../mysql-account-facts.ts'
import { SQL_FUNCTIONS } from '../mysql-client.ts'
import { SEEDING_MARK } from '../seeding-mark.ts'
import { shellQuote } from '../step.ts'

/** Who is at the VIP and at the server's port: cheap, for every run. */
function placesProbe({ inventory }: ProbeContext): string {
  return `[ ! -e ${SEEDING_MARK} ] || fact half_copy "$(cat ${SEEDING_MARK})"
fact_file keepalived_conf ${CONFIG}
vip=${shellQuote(inventory.vip.address)}
if ! ip -o address show to "$vip" 2>/dev/null | grep -q . && command -v ping >/dev/null; then
  if ping -n -q -c 1 -W 1 "$vip" >/dev/null 2>&1; then
    fact vip yes
    fact vip_mac "$(ip neigh show to "$vip" 2>/dev/null | sed -n 's/.* lladdr \\([0-9a-fA-F:]*\\).*/\\1/p' | head -n 1)"
  else
    fact vip no
  fi
fi
user=$(ss -Hltnp "sport = :${inventory.server.port}" 2>/dev/null | sed -n 's/.*users:(("\\([^"]*\\)".*/\\1/p' | head -n 1)
[ -z "$user" ] || fact port_user "$user"
`
}

/** Whose option file and running value are held against each other, and what both hosts should have alike. */
export const COMPARED = [
  'auto_increment_increment',
  'auto_increment_offset',
  'bind_address',
  'binlog_format',
  'binlog_row_image',
  'character_set_server',
  'collation_server',
  'enforce_gtid_consistency',
  'gtid_domain_id',
  'gtid_mode',
  'gtid_strict_mode',
  'innodb_flush_log_at_trx_commit',
  'log_replica_updates',
  'log_slave_updates',
  'lower_case_table_names',
  'max_connections',
  'port',
  'relay_log_recovery',
  'server_id',
  'sync_binlog',
] as const

const ONLY_RUNNING = [
  'admin_address',
  'binlog_expire_logs_auto_purge',
  'datadir',
  'event_scheduler',
  'extra_port',
  'group_replication_group_name',
  'system_time_zone',
  'time_zone',
  'wsrep_on',
]

const FILTERS = ['do_db', 'do_table', 'ignore_db', 'ignore_table', 'wild_do_table', 'wild_ignore_table', 'rewrite_db']

/** s that the server may look for tables; a schema with a million of them is not worth more. */
const PATIENCE = 20
/** MariaDB tells nothing of roles in its views: bits of mysql.global_priv, and what a grant of them is called. */
const ROLE_BITS = { SUPER: 1 << 15, 'READ_ONLY ADMIN': 2 ** 33 } as const

/** A role looks like an account without a host. */
function rolePrivileges(): string[] {
  // Single quotes alone: with ANSI_QUOTES the others are names.
  const role = `CONCAT('''', User, '''@''''`
  const from = `FROM mysql.global_priv WHERE JSON_VALUE(Priv, '$.is_role') IN ('1', 'true')`
  return Object.entries(ROLE_BITS).map(([name, bit]) =>
    ask('privilege', `${role} ${name}')`, ` ${from} AND JSON_VALUE(Priv, '$.access') & ${bit} <> 0`),
  )
}

/** Names are for a person: not more than these. */
const MOST = 200

/** A list that ends with a row which says that the server came to its end. */
function list(name: string, value: string, from: string): string {
  return `(SELECT '${name}' AS \`at\`, ${value} AS facts ${from} LIMIT ${MOST}) UNION ALL (SELECT '${name}_looked', 'yes');\n`
}

function questions(): string {
  const users = `TABLE_SCHEMA NOT IN ('${OWN_SCHEMAS.join("', '")}')`
  const tables = `FROM information_schema.TABLES t`
  const key = `LEFT JOIN information_schema.TABLE_CONSTRAINTS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA
  AND c.TABLE_NAME = t.TABLE_NAME AND c.CONSTRAINT_TYPE = 'PRIMARY KEY'`
  const base = `WHERE t.TABLE_TYPE = 'BASE TABLE' AND t.${users}`
  const name = "CONCAT(t.TABLE_SCHEMA, '.', t.TABLE_NAME)"
  const filters = FILTERS.map((filter) => `'replicate_${filter}'`).join(', ')
  return [
    `SET SESSION max_statement_time=${PATIENCE};\n`,
    `SET SESSION max_execution_time=${PATIENCE * 1000};\n`,
    tell(
      'variables',
      `SHOW GLOBAL VARIABLES WHERE Variable_name IN ('${[...COMPARED, ...ONLY_RUNNING].join("', '")}')`,
    ),
    tell('status', "SHOW GLOBAL STATUS LIKE 'Max_used_connections'"),
    list('without_key', name, `${tables} ${key} ${base} AND c.CONSTRAINT_NAME IS NULL`),
    list('other_engine', `CONCAT(${name}, ' (', t.ENGINE, ')')`, `${tables} ${base} AND t.ENGINE <> 'InnoDB'`),
    ask('events', 'COUNT(*)', ` FROM information_schema.EVENTS WHERE STATUS = 'ENABLED' AND EVENT_SCHEMA <> 'sys'`),
    ask(
      'privilege',
      "CONCAT(GRANTEE, ' ', PRIVILEGE_TYPE)",
      " FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE IN ('SUPER', 'READ_ONLY ADMIN')",
    ),
    ...rolePrivileges(),
    ask('role_member', `CONCAT('''', User, '''@''', Host, ''' ''', Role, '''@''''')`, ' FROM mysql.roles_mapping'),
    ask('persisted', "CONCAT(VARIABLE_NAME, '=', VARIABLE_VALUE)", ' FROM performance_schema.persisted_variables'),
    ask(
      'filter',
      "CONCAT(LOWER(FILTER_NAME), '=', FILTER_RULE)",
      ' FROM performance_schema.replication_applier_global_filters',
    ),
    ask(
      'filter',
      "CONCAT(LOWER(FILTER_NAME), '=', FILTER_RULE)",
      ' FROM performance_schema.replication_applier_filters',
    ),
    ask(
      'filter',
      "CONCAT(LOWER(VARIABLE_NAME), '=', VARIABLE_VALUE)",
      ` FROM information_schema.GLOBAL_VARIABLES WHERE VARIABLE_VALUE <> '' AND LOWER(VARIABLE_NAME) IN (${filters})`,
    ),
    ask(
      'reader',
      "CONCAT(USER, '@', SUBSTRING_INDEX(HOST, ':', 1))",
      " FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'",
    ),
    ask(
      'cold_login',
      "CONCAT(t.PROCESSLIST_USER, '@', t.PROCESSLIST_HOST)",
      ` FROM performance_schema.threads t WHERE t.CONNECTION_TYPE = 'TCP/IP' AND t.PROCESSLIST_COMMAND NOT LIKE 'Binlog Dump%'
  AND t.PROCESSLIST_USER IN (SELECT User FROM mysql.user WHERE plugin = 'caching_sha2_password') LIMIT ${MOST}`,
    ),
    ask('purged', "REPLACE(@@GLOBAL.gtid_purged, CHAR(10), '')"),
    tell(
      'connections',
      'SELECT CHANNEL_NAME, HOST, PORT, USER FROM performance_schema.replication_connection_configuration',
    ),
    tell('connections', 'SHOW ALL SLAVES STATUS'),
  ].join('')
}

/** Passwords may stand in option files: only these names leave the host. */
function fileValues(): string {
  const names = COMPARED.map((name) => name.replaceAll('_', '[-_]')).join('\\|')
  return `if command -v my_print_defaults >/dev/null; then
  my_print_defaults mysqld server mariadb mariadbd 2>/dev/null | grep -i '^--\\(loose[-_]\\)\\{0,1\\}\\(${names}\\)\\(=\\|$\\)' | fact_rows file_value
fi
`
}

function closeProbe(): string {
  return `fact close yes
found=$(${askServer(questions())})
printf '%s\\n' "$found"
${fileValues()}datadir=$(printf '%s\\n' "$found" | sed -n 's/^variable	datadir	//p')
for place in "$datadir" /var/lib/mysql /var/lib; do
  if [ -n "$place" ] && [ -d "$place" ]; then
    fact disk "$place" $(df -Pk "$place" | awk 'NR == 2 { print $2 "\\t" $4 }')
    break
  fi
done
fact clock "$(date +%s)"
if command -v timedatectl >/dev/null; then
  fact synchronised "$(timedatectl show --property=NTPSynchronized --value 2>/dev/null || :)"
fi
if command -v getenforce >/dev/null && [ "$(getenforce)" = Enforcing ]; then fact confined SELinux
elif grep -Eq '(mysqld|mariadbd)[^ ]* \\(enforce\\)' /sys/kernel/security/apparmor/profiles 2>/dev/null; then fact confined AppArmor
fi
`
}

/**
 * Read-only sh. The close look costs the host 0.1 s and its server a few queries, so a host that belongs to a pair gets
 * it only when it is asked for.
 */
export function preflightProbe(context: ProbeContext, close: boolean): string {
  const places = `${FACT_FUNCTIONS}${SQL_FUNCTIONS}${placesProbe(context)}`
  return close ? `${places}${closeProbe()}` : `${places}if [ ! -f ${ROLE_FILE} ]; then\n${closeProbe()}fi\n`
}
