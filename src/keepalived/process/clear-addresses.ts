import type { Config } from '../config/config.ts'
import { Netlink } from '../linux/netlink.ts'
import { vipsOf } from './instance-settings.ts'
import { Interfaces } from './interfaces.ts'
import { VirtualAddresses } from './virtual-addresses.ts'

/** Removes the virtual addresses of this configuration from the host. @returns those that were there */
export function clearAddresses(config: Config): string[] {
  const netlink = new Netlink()
  try {
    const interfaces = new Interfaces(netlink)
    return config.instances.flatMap((instance) =>
      new VirtualAddresses(vipsOf(instance), 0, netlink, interfaces).clearLeftovers(),
    )
  } finally {
    netlink.close()
  }
}
