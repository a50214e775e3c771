import { flagOf, numberOf, textOf } from './access.ts'
import type { Building } from './build-global.ts'
import type { MysqlServer } from './config.ts'
import type { Block } from './interpret.ts'

/** null when it has no credentials, which is said. */
export function buildMysql(name: string, block: Block, { report }: Building): MysqlServer | null {
  const credentials = textOf(block, 'credentials')
  if (credentials === null) {
    report('error', 'value-missing', block, `mysql_server ${name} has no credentials, ignored`, 'add credentials FILE')
    return null
  }
  const onHang = textOf(block, 'on_hang')
  return {
    name,
    socket: textOf(block, 'socket') ?? '',
    port: numberOf(block, 'port'),
    credentials,
    pidFile: textOf(block, 'pid_file'),
    interval: numberOf(block, 'interval'),
    timeout: numberOf(block, 'timeout'),
    fall: numberOf(block, 'fall'),
    rise: numberOf(block, 'rise'),
    adminPort: numberOf(block, 'admin_port'),
    stoppedTimeout: numberOf(block, 'stopped_timeout'),
    writeProbe: flagOf(block, 'write_probe'),
    writeInterval: numberOf(block, 'write_interval'),
    writeTimeout: numberOf(block, 'write_timeout'),
    onHang: onHang === 'reset' || onHang === 'say' ? onHang : 'kill',
    diskReserve: numberOf(block, 'disk_reserve'),
    onDiskFull: textOf(block, 'on_disk_full') === 'leave' ? 'leave' : 'say',
  }
}
