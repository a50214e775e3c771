import type { Text } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import type { HostFacts, Nic } from '../hosts/host-facts.ts'
import { formatCidr, type Ipv4Cidr, parseCidr, sameNetwork } from './ipv4.ts'

/** One end of a link: an interface of a host and one IPv4 address on it. */
export interface LinkEnd {
  readonly nic: string
  readonly up: boolean
  readonly address: Ipv4Cidr
}

/** Two interfaces, one on each host, whose addresses are in one subnet: where a VIP can move. */
export interface SharedLink {
  readonly ends: readonly [LinkEnd, LinkEnd]
  /** The wizard reached both hosts by the addresses of this link. */
  readonly reached: boolean
  /** Both ends are up. */
  readonly up: boolean
}

/**
 * Every link that the hosts share, best first: up before down, then the one by which the hosts were reached, then equal
 * names on both hosts, then by name. An interface without IPv4, loopback, or one whose subnet the other host lacks
 * can't carry a VIP, and isn't in the list. A /32 is an address that was lent (a VIP of keepalived), never a link.
 * @param reachedAt addresses to which SSH went, first and second host
 */
export function sharedLinks(
  facts: readonly [HostFacts, HostFacts],
  reachedAt: readonly [string, string],
): readonly SharedLink[] {
  const [mine, theirs] = [ends(facts[0]), ends(facts[1])]
  const links = mine.flatMap((a) =>
    theirs
      .filter((b) => sameNetwork(a.address, b.address) && a.address.address !== b.address.address)
      .map(
        (b): SharedLink => ({
          ends: [a, b],
          reached: a.address.address === reachedAt[0] && b.address.address === reachedAt[1],
          up: a.up && b.up,
        }),
      ),
  )
  return onePerPair(links.toSorted(byFitness))
}

/** `host0 (10.77.0.11/24, 10.77.0.12/24)`, or `eth0/ens3 (…)` when the names differ. */
export function linkLabel(link: SharedLink): string {
  return `${nicNames(link)} (${link.ends.map((end) => formatCidr(end.address)).join(', ')})`
}

/** `host0`, or `eth0/ens3`: first host's name, second host's name. Unique in a list of links. */
export function nicNames(link: SharedLink): string {
  const [a, b] = link.ends
  return a.nic === b.nic ? a.nic : `${a.nic}/${b.nic}`
}

/** Why there is no link to choose, for the person who must change that. */
export function whyNoLink(facts: readonly [HostFacts, HostFacts], hosts: readonly [string, string]): Text {
  const [a, b] = facts.map((host) => ends(host).map((end) => `${end.nic} ${formatCidr(end.address)}`)) as [
    string[],
    string[],
  ]
  const list = (found: string[]) => (found.length === 0 ? wizard('wizard.nic.no-address') : found.join(', '))
  return wizard('wizard.nic.none', { first: hosts[0], ofFirst: list(a), second: hosts[1], ofSecond: list(b) })
}

function ends(facts: HostFacts): LinkEnd[] {
  return facts.nics.filter((nic) => nic.name !== 'lo').flatMap(endsOf)
}

function endsOf(nic: Nic): LinkEnd[] {
  return nic.addresses.flatMap((text) => {
    const address = parseCidr(text)
    return address === null || address.prefix >= 31 ? [] : [{ nic: nic.name, up: nic.up, address }]
  })
}

function byFitness(a: SharedLink, b: SharedLink): number {
  const sameName = (link: SharedLink) => link.ends[0].nic === link.ends[1].nic
  return (
    Number(b.up) - Number(a.up) ||
    Number(b.reached) - Number(a.reached) ||
    Number(sameName(b)) - Number(sameName(a)) ||
    nicNames(a).localeCompare(nicNames(b), 'en', { numeric: true })
  )
}

/** Second addresses on the same two interfaces don't make a second choice. */
function onePerPair(links: readonly SharedLink[]): SharedLink[] {
  const seen = new Set<string>()
  return links.filter((link) => {
    const name = nicNames(link)
    if (seen.has(name)) return false
    seen.add(name)
    return true
  })
}
