import type { Flavour } from './dialect.ts'
import { formatGtidSet, formatPosition, type GtidSet } from './gtid-set.ts'

/**
 * The command that prints the transactions of `extra` as SQL, without the binary logs, which follow, oldest first.
 * @param common what both have; MariaDB's reader starts after it
 */
export function tailCommand(flavour: Flavour, extra: GtidSet, common: GtidSet): readonly string[] {
  return flavour === 'mysql'
    ? ['mysqlbinlog', `--include-gtids=${formatGtidSet('mysql', extra)}`]
    : ['mariadb-binlog', `--start-position=${formatPosition(common)}`]
}
