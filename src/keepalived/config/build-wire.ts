import { isIP } from 'node:net'
import { flagOf, isSet, nodeOf, numberOf, peerItems, textOf } from './access.ts'
import type { Building } from './build-global.ts'
import { signature } from './build-signature.ts'
import type { VirtualAddress } from './config.ts'
import type { Block } from './interpret.ts'
import type { PeerItem } from './peer-item.ts'
import type { WireConfig } from './wire.ts'

/** s between adverts as the version can say them; a rounded one is said. */
export function advertInterval(name: string, version: 2 | 3, block: Block, { report }: Building): number {
  const asked = numberOf(block, 'advert_int')
  const at = nodeOf(block, 'advert_int') ?? block
  if (version === 2) {
    const whole = Math.max(1, Math.round(asked))
    if (whole !== asked) {
      const said = `${name}: VRRP version 2 has whole seconds between adverts, ${asked} is taken as ${whole}`
      report('warning', 'advert-fraction', at, said, `write advert_int ${whole}, or version 3 on both nodes`)
    }
    return whole
  }
  const hundredths = Math.min(40.95, Math.round(asked * 100) / 100)
  if (hundredths !== asked) {
    report(
      'warning',
      'advert-fraction',
      at,
      `${name}: version 3 counts hundredths up to 40.95 s, ${asked} is taken as ${hundredths}`,
    )
  }
  return hundredths
}

/** The family of the adverts: the addresses' or else the peers'. */
export function familyOf(addresses: readonly VirtualAddress[], block: Block): 4 | 6 {
  const [peer] = peerItems(block, 'unicast_peer')
  if (addresses[0] !== undefined) return addresses[0].family
  return (peer !== undefined && isIP(peer.text) === 6) || isSet(block, 'native_ipv6') ? 6 : 4
}

/** The version that is asked for; over IPv6 it is always 3, as keepalived has it. */
export function versionOf(name: string, family: 4 | 6, block: Block, { report, global }: Building): 2 | 3 {
  const asked = isSet(block, 'version') ? numberOf(block, 'version') : numberOf(global, 'vrrp_version')
  if (family === 4) return asked === 3 ? 3 : 2
  const at = nodeOf(block, 'version')
  if (at !== null && asked === 2) {
    report('warning', 'conflict', at, `${name}: over IPv6 VRRP has version 3 only, which is used`, 'write version 3')
  }
  return 3
}

/** The peers of the instance's family; others are said and left out. */
export function unicastPeers(name: string, family: 4 | 6, block: Block, { report }: Building): PeerItem[] {
  return peerItems(block, 'unicast_peer').filter((peer) => {
    if (isIP(peer.text) === family) return true
    const said = `${name}: the peer ${peer.text} is no IPv${family} address as the VIPs are, skipped`
    report('error', 'conflict', peer, said, `the peer's IPv${family} address`)
    return false
  })
}

/** The source address for adverts, when one is given for this family. */
export function sourceOf(
  name: string,
  keyword: 'unicast_src_ip' | 'mcast_src_ip',
  family: 4 | 6,
  block: Block,
  { report }: Building,
): string | null {
  const source = textOf(block, keyword)
  if (source === null || isIP(source) === family) return source
  const at = nodeOf(block, keyword) ?? block
  report('error', 'conflict', at, `${name}: ${source} is no IPv${family} address as the VIPs are, ignored`, null)
  return null
}

const isMulticast = (address: string) =>
  isIP(address) === 6 ? /^ff/i.test(address) : (Number(address.split('.')[0]) & 0xf0) === 0xe0

/** The multicast group; null: it can't be used, which is said: the peer would not hear us. */
function groupOf(name: string, family: 4 | 6, block: Block, { report, global }: Building): string | null {
  const own = nodeOf(block, 'mcast_dst_ip')
  const keyword = family === 4 ? 'vrrp_mcast_group4' : 'vrrp_mcast_group6'
  const [group, at] =
    own === null ? [textOf(global, keyword), nodeOf(global, keyword) ?? block] : [textOf(block, 'mcast_dst_ip'), own]
  if (group !== null && isIP(group) === family && isMulticast(group)) return group
  const said = `${name}: ${group} is no IPv${family} multicast address; the instance does not run`
  report('error', 'value-bad', at, said, `a group of ${family === 4 ? '224.0.0.0/4' : 'ff02::/16'}, or none`)
  return null
}

/** How the adverts travel; null: so that the peer would not hear them, which is said. */
export function wireOf(
  name: string,
  family: 4 | 6,
  interval: number,
  peers: readonly PeerItem[],
  block: Block,
  building: Building,
): WireConfig | null {
  const { report, global } = building
  const group = groupOf(name, family, block, building)
  const signed = signature(name, block, interval, building)
  if (group === null || signed === 'unusable') return null
  const destination = nodeOf(block, 'mcast_dst_ip')
  if (destination !== null && peers.length > 0) {
    report('warning', 'conflict', destination, `${name}: with unicast_peer there is no multicast group, ignored`)
  }
  const limited = peers.filter(({ minTtl, maxTtl }) => minTtl !== null || maxTtl !== null)
  const ttlRanges = Object.fromEntries(
    limited.map(({ text, minTtl, maxTtl }) => [text, { min: minTtl ?? 0, max: maxTtl ?? 255 }]),
  )
  for (const peer of limited) {
    const { min = 0, max = 255 } = ttlRanges[peer.text] ?? {}
    if (min > max)
      report('error', 'conflict', peer, `${name}: min_ttl ${min} > max_ttl ${max}: every advert is dropped`)
  }
  const old = nodeOf(block, 'old_unicast_checksum')
  return {
    family,
    group,
    unicastTtl: numberOf(block, 'unicast_ttl'),
    ttlRanges,
    checkUnicastSource:
      limited.length > 0 ||
      (isSet(block, 'check_unicast_src')
        ? flagOf(block, 'check_unicast_src')
        : flagOf(global, 'vrrp_check_unicast_src')),
    messageChecksum: flagOf(block, 'v3_checksum_as_v2'),
    oldUnicastChecksum: old === null ? 'auto' : old.values[0] === 'never' ? 'never' : 'always',
    signature: signed,
  }
}
