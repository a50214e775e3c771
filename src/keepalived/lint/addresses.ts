import { BlockList } from 'node:net'
import { addressItems } from '../config/access.ts'
import type { VirtualAddress } from '../config/config.ts'
import type { Rule } from './subject.ts'

/** An address that a host has. */
export interface HostAddress {
  readonly address: string
  readonly prefix: number
  readonly family: 4 | 6
}

/** Is an address in the network of another one? */
export function isInNetwork(address: string, { address: base, prefix, family }: HostAddress): boolean {
  const list = new BlockList()
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(base, prefix, kind)
  return list.check(address, kind)
}

const asNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** The network's own address or its broadcast, of a VIP with a prefix that has both; null: neither. */
function reserved({ address, prefix, family }: VirtualAddress): 'network' | 'broadcast' | null {
  if (family === 6 || prefix >= 31 || prefix === 0) return null
  const size = 2 ** (32 - prefix)
  const within = asNumber(address) % size
  if (within === 0) return 'network'
  return within === size - 1 ? 'broadcast' : null
}

/** VIPs that no host can have. */
export const addresses: Rule = ({ instances }, say) => {
  for (const { instance, block } of instances) {
    for (const item of addressItems(block, 'virtual_ipaddress')) {
      const kind = reserved(item.value)
      if (kind === null) continue
      const { address, prefix } = item.value
      const said = `${instance.name}: ${address} is the ${kind} address of ${address}/${prefix}`
      say('vip-not-a-host', item, said, `an address between, or ${address}/32`)
    }
  }
}
