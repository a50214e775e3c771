import { blocksOf, nameOfNode } from './access.ts'
import type { Building } from './build-global.ts'
import type { VrrpInstance } from './config.ts'
import type { Place } from './diagnostics.ts'
import type { Block } from './interpret.ts'
import { ownAddresses } from './own-addresses.ts'

/** Instances with the same would hear each other's adverts. */
function wireOf({ interface: nic, virtualRouterId, wire, unicastPeers }: VrrpInstance): string {
  const heard = unicastPeers.length === 0 ? wire.group : 'unicast'
  return `${nic} ${wire.family} ${virtualRouterId} ${heard}`
}

/** Two instances with one VRID on one interface would hear themselves; the later one does not run. An address in two is said. */
export function withoutClashes(instances: readonly VrrpInstance[], top: Block, { report }: Building): VrrpInstance[] {
  const places = new Map<string, Place>()
  for (const { node } of blocksOf(top, 'vrrp_instance')) {
    if (!places.has(nameOfNode(node))) places.set(nameOfNode(node), node)
  }
  const wires = new Map<string, VrrpInstance>()
  const holders = new Map<string, VrrpInstance>()
  return instances.filter((instance) => {
    const at = places.get(instance.name) ?? top
    const clash = wires.get(wireOf(instance))
    if (clash !== undefined) {
      const said = `${clash.name} and ${instance.name} both use virtual_router_id ${instance.virtualRouterId} on ${instance.interface}; ${instance.name} does not run`
      report('error', 'vrid-twice', at, said, 'a virtual_router_id of its own')
      return false
    }
    wires.set(wireOf(instance), instance)
    for (const { address } of ownAddresses(instance)) {
      const other = holders.get(address)
      if (other === undefined) holders.set(address, instance)
      else {
        const said = `${address} is in ${other.name} and in ${instance.name}`
        report('error', 'vip-twice', at, said, 'each address in one instance')
      }
    }
    return true
  })
}
