import { hasAddress } from '../hosts/host-facts.ts'
import type { PlanContext } from './module.ts'

/** Of a pair that was made by hand: do clients write on this host? It holds the VIP, or is the first of the inventory. */
export function clientsWriteHere({ facts, peerFacts, inventory, host }: PlanContext<unknown>): boolean {
  const { address } = inventory.vip
  return hasAddress(facts, address) || (!hasAddress(peerFacts, address) && host.index === 0)
}
