import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config/config.ts'
import { Netlink } from '../linux/netlink.ts'
import { movingOf, vipsOf } from './instance-settings.ts'
import { Interfaces } from './interfaces.ts'
import { VirtualAddresses } from './virtual-addresses.ts'

/** Removes the virtual addresses of this configuration from the host. @returns those that were there */
export function clearAddresses(config: Config): string[] {
  const netlink = new Netlink()
  try {
    const interfaces = new Interfaces(netlink)
    return config.instances.flatMap((instance) =>
      new VirtualAddresses(movingOf(instance), 0, netlink, interfaces).clearLeftovers(),
    )
  } finally {
    netlink.close()
  }
}

/** The instances of a configuration with only what moves in no instance of the next one. */
export function leftBehind(before: Config, after: Config): Config['instances'] {
  const addresses = new Set(after.instances.flatMap((one) => vipsOf(one).map(({ text }) => text.replace(/\/.*/, ''))))
  const routes = after.instances.flatMap((one) => one.virtualRoutes)
  const rules = after.instances.flatMap((one) => one.virtualRules)
  const without = <Thing>(old: readonly Thing[], now: readonly Thing[]): Thing[] =>
    old.filter((one) => !now.some((other) => isDeepStrictEqual(one, other)))
  return before.instances.map((one) => ({
    ...one,
    virtualAddresses: one.virtualAddresses.filter(({ address }) => !addresses.has(address)),
    excludedAddresses: one.excludedAddresses.filter(({ address }) => !addresses.has(address)),
    virtualRoutes: without(one.virtualRoutes, routes),
    virtualRules: without(one.virtualRules, rules),
  }))
}
