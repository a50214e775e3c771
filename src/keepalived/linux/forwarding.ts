import { readFileSync } from 'node:fs'

/** Does this host forward IPv6 that comes in by the interface? Then neighbours take it for a router (RFC 4861 4.4). */
export function forwardsIpv6(nic: string): boolean {
  if (nic.includes('/')) return false
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${nic}/forwarding`, 'latin1').trim() !== '0'
  } catch {
    return false
  }
}
