import type { ServerFacts } from '../hosts/host-facts.ts'
import { SEEDING_MARK as MARK } from '../modules/seeding-mark.ts'
import { type Script, sh, shellQuote } from '../modules/step.ts'
import type { Dialect } from '../mysql/dialect.ts'

const DIRECTORIES = ['/etc/mysql/mariadb.conf.d', '/etc/mysql/mysql.conf.d', '/etc/my.cnf.d']
/** Read after our own option file. */
const OPTIONS = 'zzz-mmha-seeding.cnf'

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
    'innodb_flush_log_at_trx_commit = 0',
    'max_allowed_packet = 1G',
    `loose_${dialect.semiSync.replicaEnabled} = OFF`,
  ]
  return `# This host is being seeded by mmha; gone when it is done.\n[mysqld]\n${lines.join('\n')}\n`
}

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
rm -f /var/lib/mmha/role.json
for directory in ${DIRECTORIES.join(' ')}; do
  [ -d "$directory" ] || continue
  (umask 022; cat >"$directory/${OPTIONS}" <<'MMHA_END_OF_OPTIONS'
${options(dialect)}MMHA_END_OF_OPTIONS
)
  break
done
${restart(server.unit)}`
}

/** As it was configured: reachable, closed for writes by its option file; the daemon comes last. */
export function openTarget(server: ServerFacts): Script {
  return sh`for directory in ${DIRECTORIES.join(' ')}; do rm -f "$directory/${OPTIONS}"; done
${restart(server.unit)}rm -f /var/lib/mmha/role.json ${MARK}
sync -f /var/lib/mmha
if [ -e /etc/keepalived/keepalived.conf ] && [ "$(systemctl show -p LoadState --value mmha-keepalived.service)" = loaded ]; then
  systemctl start mmha-keepalived.service
fi
`
}
