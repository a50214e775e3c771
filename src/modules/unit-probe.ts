import { FACT_FUNCTIONS } from './fact-lines.ts'

/**
 * The units that planners look at, in one question to systemd: `daemon yes` and `keepalived yes` where these run,
 * `started` (s since 1970) for the database server.
 */
export const UNIT_PROBE = `${FACT_FUNCTIONS}
said() {
  case $state in active|reloading) ;; *) return 0 ;; esac
  case $unit in
    mmha-keepalived.service) fact daemon yes ;;
    keepalived.service) fact keepalived yes ;;
    *) fact started "$(date -d "$start" +%s)" ;;
  esac
}
# An empty line stands between units; within one the order is systemd's own.
systemctl show -p Id -p ActiveState -p ExecMainStartTimestamp mmha-keepalived.service keepalived.service \\
  mariadb.service mysqld.service mysql.service 2>/dev/null |
  { unit= state= start=
    while IFS='=' read -r key value; do
      case $key in
        Id) unit=$value ;;
        ActiveState) state=$value ;;
        ExecMainStartTimestamp) start=$value ;;
        '') said; unit= state= start= ;;
      esac
    done
    said; }
`
