import { setTimeout as delay } from 'node:timers/promises'
import type { Config, VrrpInstance } from '../config/config.ts'
import { LateCallers } from '../linux/late-callers.ts'
import { SyscallError } from '../linux/native.ts'
import { Netlink } from '../linux/netlink.ts'
import { Exchange } from '../vrrp/exchange.ts'
import { LINGER_MS } from '../vrrp/timing.ts'
import { expectedOf, movingOf, vipsOf } from './instance-settings.ts'
import { Interfaces } from './interfaces.ts'
import type { Log } from './log.ts'
import { RouterLink } from './router-link.ts'
import { VirtualAddresses } from './virtual-addresses.ts'

const LOOK_EVERY_MS = 5
const GIVE_UP_MS = 30_000
/** A farewell that follows another by less than half a linger is taken for its echo. */
const SAY_FOR_MS = 2 * LINGER_MS
const SAY_EVERY_MS = 50

/**
 * Another maker's daemon gives the addresses up: it says that it leaves and never that they have gone, which a successor of ours
 * would wait out. Looks until they are not on this host, says so in its stead, and resets who still comes for them.
 * @param looks called when it begins to look: the other daemon may be stopped now
 * @returns false: they stayed, or it can't be said
 */
export async function sayGone(config: Config, log: Log, looks: () => void): Promise<boolean> {
  const netlink = new Netlink()
  try {
    const interfaces = new Interfaces(netlink)
    const instances = config.instances.filter(({ role }) => role !== null)
    const telling = instances.map((one) => tell(one, { netlink, interfaces, log }))
    looks()
    return (await Promise.all(telling)).every(Boolean)
  } finally {
    netlink.close()
  }
}

function isHere(instance: VrrpInstance, interfaces: Interfaces): boolean {
  return vipsOf(instance).some(({ bytes }) => interfaces.has(bytes))
}

interface Surroundings {
  readonly netlink: Netlink
  readonly interfaces: Interfaces
  readonly log: Log
}

async function tell(instance: VrrpInstance, { netlink, interfaces, log }: Surroundings): Promise<boolean> {
  const link = new RouterLink(interfaces, () => undefined)
  const late = new LateCallers(SAY_FOR_MS)
  const addresses = new VirtualAddresses(movingOf(instance), 0, netlink, interfaces, late)
  const exchange = new Exchange(expectedOf(instance), Date.now)
  const complain = (text: string): void => log('warn', `(${instance.name}) ${text}`)
  try {
    const closed = link.look(instance, exchange.expected)
    if (closed !== '') complain(closed)
    for (const end = performance.now() + GIVE_UP_MS; isHere(instance, interfaces); interfaces.refresh()) {
      if (performance.now() > end) return false
      await delay(LOOK_EVERY_MS)
    }
    for (const text of addresses.resetConnections()) complain(text)
    for (const end = performance.now() + SAY_FOR_MS; performance.now() < end; await delay(SAY_EVERY_MS)) {
      link.send((source, destination) => exchange.say(instance.virtualRouterId, 0, source, destination))
    }
    return closed === ''
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    complain(error.message)
    return false
  } finally {
    link.close()
  }
}
