import type { Text } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import { type HostFacts, hasAddress } from '../hosts/host-facts.ts'
import { bounds, contains, formatCidr, type Ipv4Cidr, parseCidr, parseIpv4 } from './ipv4.ts'
import type { SharedLink } from './shared-link.ts'

export interface Vip extends Ipv4Cidr {
  /** Index of the host that has this address now (a pair that runs already); null: neither. */
  readonly heldBy: 0 | 1 | null
}

export type VipAnswer = { readonly ok: true; readonly vip: Vip } | { readonly ok: false; readonly problem: Text }

/**
 * What a person typed as VIP, against the link that shall carry it. `10.77.0.100` takes the link's prefix length;
 * `10.77.0.100/24` must agree with it. Whether somebody else answers to it is another question: see vip-probe.ts.
 */
export function readVip(text: string, link: SharedLink, facts: readonly [HostFacts, HostFacts]): VipAnswer {
  const network = link.ends[0].address
  const [typed = ''] = text.split('/')
  if (parseIpv4(typed) === null) return no(wizard('wizard.no-ipv4', { text }))
  const cidr = text.includes('/') ? parseCidr(text) : { address: typed, prefix: network.prefix }
  if (cidr === null) return no(wizard('wizard.vip.prefix', { text }))
  const { first, last } = bounds(network)
  if (!contains(network, cidr.address)) {
    return no(wizard('wizard.vip.outside', { address: cidr.address, network: `${first}/${network.prefix}` }))
  }
  if (cidr.prefix !== network.prefix) {
    return no(wizard('wizard.vip.other-prefix', { prefix: cidr.prefix, address: `${cidr.address}/${network.prefix}` }))
  }
  if (cidr.address === first) return no(wizard('wizard.vip.network', { address: cidr.address }))
  if (cidr.address === last) return no(wizard('wizard.vip.broadcast', { address: cidr.address }))
  const master = link.ends.findIndex((end) => end.address.address === cidr.address)
  if (master >= 0) return no(wizard('wizard.vip.own', { address: cidr.address, index: master + 1 }))
  return { ok: true, vip: { ...cidr, heldBy: holder(cidr.address, facts) } }
}

/** `10.77.0.0/24 (10.77.0.1 to 10.77.0.254)`: what may be typed. */
export function vipRange(link: SharedLink): Text {
  const network = link.ends[0].address
  const { first, last } = bounds(network)
  const inner = (address: string, step: number) => address.replace(/\d+$/, (octet) => String(Number(octet) + step))
  return wizard('wizard.vip.range', {
    network: formatCidr({ address: first, prefix: network.prefix }),
    first: inner(first, 1),
    last: inner(last, -1),
  })
}

function holder(address: string, facts: readonly [HostFacts, HostFacts]): 0 | 1 | null {
  if (hasAddress(facts[0], address)) return 0
  return hasAddress(facts[1], address) ? 1 : null
}

function no(problem: Text): VipAnswer {
  return { ok: false, problem }
}
