import type { InstanceStatus } from '../process/status.ts'
import { errorCounts } from './error-counts.ts'

/** What SIGUSR2 writes: keepalived's /tmp/keepalived.stats, line by line. */
export function statisticsText(instances: readonly InstanceStatus[]): string {
  return instances.map(statisticsOf).join('')
}

function statisticsOf({ name, counters }: InstanceStatus): string {
  const errors = errorCounts(counters)
  return `VRRP Instance: ${name}
  Advertisements:
    Received: ${counters.advertsReceived}
    Sent: ${counters.advertsSent}
  Became master: ${counters.becameMaster}
  Released master: ${counters.releasedMaster}
  Packet Errors:
    Length: ${errors.length}
    TTL: ${errors.ttl}
    Invalid Type: ${errors.type}
    Advertisement Interval: ${errors.interval}
    Address List: ${errors.addressList}
  Authentication Errors:
    Invalid Type: ${errors.authType}
    Type Mismatch: ${errors.authMismatch}
    Failure: ${errors.authFailure}
  Priority Zero:
    Received: ${counters.priorityZeroReceived}
    Sent: ${counters.priorityZeroSent}
`
}
