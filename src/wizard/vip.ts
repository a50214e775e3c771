import { type HostFacts, hasAddress } from '../hosts/host-facts.ts'
import { bounds, contains, formatCidr, type Ipv4Cidr, parseCidr, parseIpv4 } from './ipv4.ts'
import type { SharedLink } from './shared-link.ts'

export interface Vip extends Ipv4Cidr {
  /** Index of the host that has this address now (a pair that runs already); null: neither. */
  readonly heldBy: 0 | 1 | null
}

export type VipAnswer = { readonly ok: true; readonly vip: Vip } | { readonly ok: false; readonly problem: string }

/**
 * What a person typed as VIP, against the link that shall carry it. `10.77.0.100` takes the link's prefix length;
 * `10.77.0.100/24` must agree with it. Whether somebody else answers to it is another question: see vip-probe.ts.
 */
export function readVip(text: string, link: SharedLink, facts: readonly [HostFacts, HostFacts]): VipAnswer {
  const network = link.ends[0].address
  const [typed = ''] = text.split('/')
  if (parseIpv4(typed) === null) return no(`"${text}" is not an IPv4 address`)
  const cidr = text.includes('/') ? parseCidr(text) : { address: typed, prefix: network.prefix }
  if (cidr === null) return no(`"${text}": the part after "/" is the length of the network, 0 to 32`)
  const { first, last } = bounds(network)
  if (!contains(network, cidr.address)) {
    return no(`${cidr.address} is outside the subnet of the interface, ${first}/${network.prefix}`)
  }
  if (cidr.prefix !== network.prefix) {
    return no(`/${cidr.prefix} is not the interface's prefix length: write ${cidr.address}/${network.prefix}`)
  }
  if (cidr.address === first) return no(`${cidr.address} is the network's own address`)
  if (cidr.address === last) return no(`${cidr.address} is the network's broadcast address`)
  const master = link.ends.findIndex((end) => end.address.address === cidr.address)
  if (master >= 0) return no(`${cidr.address} is the own address of host ${master + 1}: the VIP is a third address`)
  return { ok: true, vip: { ...cidr, heldBy: holder(cidr.address, facts) } }
}

/** `10.77.0.0/24 (10.77.0.1 to 10.77.0.254)`: what may be typed. */
export function vipRange(link: SharedLink): string {
  const network = link.ends[0].address
  const { first, last } = bounds(network)
  const inner = (address: string, step: number) => address.replace(/\d+$/, (octet) => String(Number(octet) + step))
  return `${formatCidr({ address: first, prefix: network.prefix })}, ${inner(first, 1)} to ${inner(last, -1)}`
}

function holder(address: string, facts: readonly [HostFacts, HostFacts]): 0 | 1 | null {
  if (hasAddress(facts[0], address)) return 0
  return hasAddress(facts[1], address) ? 1 : null
}

function no(problem: string): VipAnswer {
  return { ok: false, problem }
}
