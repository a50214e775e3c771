import type { Daemon, Daemons } from '../../test/wire/daemon.ts'
import type { HostName } from '../../test/wire/segment.ts'

/** Ours is real-time by default; keepalived is not, unless the file says so. */
export const SIDES = ['mmha-keepalived', 'keepalived', 'keepalived, real-time'] as const
export type Side = (typeof SIDES)[number]

export interface Instances {
  readonly count: number
  readonly priority: number
  /** s */
  readonly advertInterval: number
}

/** Version 3, multicast, one address each: `VI_1` has 10.99.7.100, which the segment watches. */
export function configOf({ count, priority, advertInterval }: Instances, more = ''): string {
  const instance = (number: number) => `vrrp_instance VI_${number} {
  state BACKUP
  interface eth0
  virtual_router_id ${number}
  priority ${priority}
  version 3
  advert_int ${advertInterval}
  virtual_ipaddress {
    ${number === 1 ? '10.99.7.100/24' : `10.99.8.${number}/32`}
  }
}
`
  return `global_defs {\n  router_id bench\n${more}}\n${Array.from({ length: count }, (_, index) => instance(index + 1)).join('')}`
}

export function start(daemons: Daemons, side: Side, host: HostName, instances: Instances): Daemon {
  if (side === 'mmha-keepalived') return daemons.oursWith(host, configOf(instances))
  const more = side === 'keepalived' ? '' : '  vrrp_rt_priority 40\n  vrrp_no_swap\n'
  return daemons.keepalivedWith(host, configOf(instances, more))
}
