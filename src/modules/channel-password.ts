import type { Dialect } from '../mysql/dialect.ts'
import { channelPasswordIs } from '../mysql/password-change.ts'
import { PEER_FILE } from './mysql-account-facts.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { type Script, sh, shellQuote } from './step.ts'

/** s; what was received must be applied before the channel is changed, and it must run again after it. */
const APPLIED_WITHIN = 20
const RUNS_WITHIN = 30
/** The daemon starts a channel that it finds stopped, every 0.3 s: a busy host may lose that race a few times. */
const ATTEMPTS = 60

/**
 * sh that gives the channel from the peer the password of the option file. It stands still for some 0.1 s, and only
 * when everything that it received has been applied: a stopped channel that is changed forgets the rest. A server that
 * is open for writes has its place found by the daemon, which starts the channel then.
 * @param awaited false: not until it runs again; the peer may not let it in yet
 */
export function channelPassword(dialect: Dialect, { awaited }: { readonly awaited: boolean }): Script {
  const { startReplica, stopIo, stopSql, showReplicaStatus } = dialect.statement
  const { ioRunning, sqlRunning, received } = dialect.column
  const show = shellQuote(showReplicaStatus)
  return sh`${SQL_FUNCTIONS}
column() { awk -F '\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } NR == 2 { print $at }'; }
channel() { sql --column-names --execute=${show} | column "$1"; }
applied() { echo "${dialect.family.waitFunction}('$1', $2)"; }
# Two rows where one belongs are an error, which ends what follows.
change() {
  {
    echo "SET SESSION sql_mode='', sql_log_off=1;"
    echo "SELECT IF($(applied "$1" 1)=0, 1, (SELECT 1 UNION SELECT 2));"
    echo ${shellQuote(`${stopSql};`)}
    printf '%s%s;\\n' ${shellQuote(channelPasswordIs(dialect))} "$password"
    [ "$starts" = no ] || echo ${shellQuote(`${startReplica};`)}
  } | quietly sql
}
ran=$(channel ${ioRunning})
starts=no
if [ "$ran" != No ]; then case $(sql --execute='SELECT @@GLOBAL.read_only') in 1|ON) starts=yes ;; esac; fi
if [ -n "$ran" ]; then
  password=$(sed -n 's/^password=//p' ${PEER_FILE})
  why='it has received more than it has applied'
  attempt=0
  while [ -n "$why" ] && [ "$attempt" -lt ${ATTEMPTS} ]; do
    attempt=$((attempt + 1))
    [ "$(sql --execute="SELECT $(applied "$(channel ${received})" ${APPLIED_WITHIN})")" = 0 ] || break
    received=$(sql --column-names --execute=${shellQuote(`${stopIo}; ${showReplicaStatus}`)} | column ${received})
    if said=$(change "$received" 2>&1); then why=''; break; fi
    case $said in *'ERROR 1242'*) ;; *) why=$said ;; esac
  done
  if [ -n "$why" ]; then
    [ "$starts" = no ] || sql --execute=${shellQuote(startReplica)} || :
    echo "the channel keeps its password for now: $why; run it again when mmha status shows 0 transactions behind" >&2
    exit 1
  fi
${awaited ? untilRuns(ioRunning, sqlRunning) : ''}fi
`
}

function untilRuns(io: string, applier: string): string {
  return `  deadline=$(( $(date +%s) + ${RUNS_WITHIN} ))
  until [ "$ran" = No ] || [ "$(channel ${io}) $(channel ${applier})" = 'Yes Yes' ]; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      echo "the channel does not run with the new password: $(channel Last_IO_Error)" >&2
      exit 1
    fi
    sleep 0.1
  done
`
}
