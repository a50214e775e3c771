import type { VirtualAddress, VrrpInstance } from '../config/config.ts'
import type { InstanceStatus } from '../process/status.ts'

/** A virtual address as keepalived shows it: `10.0.0.100/24 dev eth0 scope global set`. */
export function shownAddress(vip: VirtualAddress, instance: VrrpInstance, status: InstanceStatus): string {
  const label = vip.label === null ? '' : ` label ${vip.label}`
  const set = status.vip === 'none' || status.vip === 'awaited' ? '' : ' set'
  return `${vip.address}/${vip.prefix} dev ${vip.dev ?? instance.interface} scope global${label}${set}`
}
