import type { ServerFacts } from '../hosts/host-facts.ts'
import { Secret } from '../inventory/secret.ts'
import { SQL_FUNCTIONS } from '../modules/mysql-client.ts'
import { SEEDING_MARK as MARK } from '../modules/seeding-mark.ts'
import { type Script, sh, shellQuote } from '../modules/step.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { revealedSql, type SqlText } from '../mysql/sql-text.ts'
import { BEFORE, DROP_ASIDE } from './set-aside.ts'

const DIRECTORIES = ['/etc/mysql/mariadb.conf.d', '/etc/mysql/mysql.conf.d', '/etc/my.cnf.d']
/** Read after our own option file. */
const OPTIONS = 'zzz-mmha-seeding.cnf'
/** Beside it, for the server's group: what it runs at each start, so that no copy locks the administrator out. */
const ACCOUNTS = 'zzz-mmha-seeding.sql'

/** sh that sets `$directory`: where the server reads option files. */
const FIND_DIRECTORY = `for directory in ${DIRECTORIES.join(' ')} ''; do [ ! -d "$directory" ] || break; done
[ -n "$directory" ] || { echo 'the server reads none of ${DIRECTORIES.join(' ')}' >&2; exit 1; }
`

/**
 * Nobody gets in but root over the socket: the peer's daemon sees a server that is down, which it knows how to live
 * with. Nothing of a copy that is cut short is kept, so that nothing has to be forced to disk on the way.
 */
function options(dialect: Dialect): string {
  const lines = [
    'skip_networking',
    'read_only = ON',
    ...(dialect.can('superReadOnly') ? ['super_read_only = OFF'] : []),
    'event_scheduler = OFF',
    // MariaDB: old data that is aside is no schema.
    `loose_ignore_db_dirs = ${BEFORE}`,
    `${dialect.variable.skipReplicaStart} = ON`,
    'innodb_flush_log_at_trx_commit = 0',
    'max_allowed_packet = 1G',
    `loose_${dialect.semiSync.replicaEnabled} = OFF`,
  ]
  return `# This host is being seeded by mmha; gone when it is done.\n[mysqld]\n${lines.join('\n')}\n`
}

/** keepalived itself serves the pair: by its file, which is ours. */
const RUNS_PLAIN = `grep -q '^# .*: written by mmha, for keepalived itself' /etc/keepalived/keepalived.conf 2>/dev/null`

function restart(unit: string): string {
  const name = shellQuote(`${unit}.service`)
  return `if ! systemctl restart ${name}; then
  journalctl --unit=${name} --lines=20 --no-pager --output=cat >&2 || :
  exit 1
fi
`
}

/** Stands in the mark before the path of what the host alone had: a run that begins afresh has nothing to save any more. */
export const KEPT = '; its own transactions: '

/**
 * Stops the daemon, marks the host, and starts its server closed to everybody.
 * @param tail where its own transactions were saved; null: it has none
 */
export function closeTarget(server: ServerFacts, dialect: Dialect, from: string, tail: string | null): Script {
  const kept = tail === null ? '' : `${KEPT}${tail}`
  return sh`umask 077
mkdir -p /var/lib/mmha
printf 'from %s since %s%s\\n' ${shellQuote(from)} "$(date -u +%FT%TZ)" ${shellQuote(kept)} >${MARK}.new
mv ${MARK}.new ${MARK}
sync -f ${MARK}
systemctl stop mmha-keepalived.service 2>/dev/null || :
if ${RUNS_PLAIN}; then systemctl stop keepalived.service; fi
rm -f /var/lib/mmha/role.json
${FIND_DIRECTORY}(umask 022; cat >"$directory/${OPTIONS}" <<'MMHA_END_OF_OPTIONS'
${options(dialect)}MMHA_END_OF_OPTIONS
)
[ ! -e "$directory/${ACCOUNTS}" ] || echo "init_file = $directory/${ACCOUNTS}" >>"$directory/${OPTIONS}"
${restart(server.unit)}`
}

/** Prints `kept` when a run that was cut has kept this host's own accounts: half a copy may hold others by now. */
export function lookForAccounts(): Script {
  return sh`${FIND_DIRECTORY}[ ! -e ${MARK} ] || [ ! -e "$directory/${ACCOUNTS}" ] || echo kept\n`
}

/** Keeps statements that its server will run at each start, until it is opened. */
export function keepAccounts(statements: SqlText): Script {
  return sh`${SQL_FUNCTIONS}${FIND_DIRECTORY}group=$(stat -c %G "$(sql --execute='SELECT @@GLOBAL.datadir')")
rm -f "$directory/${ACCOUNTS}"
(umask 077; cat >"$directory/${ACCOUNTS}.new" <<'MMHA_END_OF_ACCOUNTS'
${new Secret(revealedSql(statements))}MMHA_END_OF_ACCOUNTS
)
chgrp "$group" "$directory/${ACCOUNTS}.new"
chmod 0640 "$directory/${ACCOUNTS}.new"
mv "$directory/${ACCOUNTS}.new" "$directory/${ACCOUNTS}"
`
}

/** As it was configured: reachable, closed for writes by its option file; the daemon comes last. */
export function openTarget(server: ServerFacts): Script {
  return sh`for directory in ${DIRECTORIES.join(' ')}; do rm -f "$directory/${OPTIONS}" "$directory/${ACCOUNTS}"; done
${restart(server.unit)}${DROP_ASIDE}rm -f /var/lib/mmha/role.json ${MARK}
sync -f /var/lib/mmha
if ${RUNS_PLAIN}; then
  rm -f /var/lib/mmha/role-apart
  systemctl start keepalived.service
elif [ -e /etc/keepalived/keepalived.conf ] && [ "$(systemctl show -p LoadState --value mmha-keepalived.service)" = loaded ]; then
  systemctl start mmha-keepalived.service
fi
`
}
