import { nodeOf, peerItems } from '../config/access.ts'
import { mergedGlobal } from '../config/build-global.ts'
import { type PlacedInstance, placeOf, type Rule, type Say } from './subject.ts'

/** What nearly every example on the web has. */
const EXAMPLES_VRID = 51

function sources({ instance, block }: PlacedInstance, say: Say): void {
  const { name, unicastSourceIp, mcastSourceIp, unicastPeers } = instance
  const vips = new Set(instance.virtualAddresses.map(({ address }) => address))
  const peerAt = (peer: string) =>
    peerItems(block, 'unicast_peer').find(({ text }) => text === peer) ?? placeOf(block, 'unicast_peer')
  if (unicastSourceIp !== null && unicastPeers.includes(unicastSourceIp)) {
    const said = `${name}: unicast_peer lists ${unicastSourceIp}, which is this node's own unicast_src_ip`
    say('unicast-self', peerAt(unicastSourceIp), said, "write the other node's address")
  }
  for (const peer of unicastPeers.filter((address) => vips.has(address))) {
    const said = `${name}: unicast_peer ${peer} is a virtual address and no node's own`
    say('source-is-vip', peerAt(peer), said, "write the peer's own address")
  }
  for (const keyword of ['unicast_src_ip', 'mcast_src_ip'] as const) {
    const source = keyword === 'unicast_src_ip' ? unicastSourceIp : mcastSourceIp
    if (source === null || !vips.has(source)) continue
    const said = `${name}: ${keyword} ${source} is a virtual address of the instance`
    say('source-is-vip', placeOf(block, keyword), said, "write this host's own address")
  }
}

/** What goes over the network, and what does not. */
export const wire: Rule = ({ config, tree, instances }, say) => {
  const strict = nodeOf(mergedGlobal(tree), 'vrrp_strict')
  if (strict !== null && strict.values[0] !== false && config.instances.length > 0) {
    const said = 'vrrp_strict: with keepalived no client reaches the VIP, passwords and unicast are refused'
    say('strict', strict, `${said}; here only passwords are left out`, 'remove vrrp_strict on both nodes')
  }
  for (const placed of instances) {
    const { instance, block } = placed
    sources(placed, say)
    if (instance.garpMasterRepeat === 0 && instance.garpMasterRefresh === 0) {
      const said = `${instance.name}: garp_master_repeat 0: a takeover is not announced`
      say('garp-none', placeOf(block, 'garp_master_repeat'), said, 'remove it; 5 frames are usual')
    }
    if (instance.interface === 'lo') {
      const said = `${instance.name}: interface lo has no network behind it`
      say(
        'interface-loopback',
        placeOf(block, 'interface'),
        said,
        'the NIC towards the peer; a VIP may stand on lo with dev lo',
      )
    }
    if (instance.virtualRouterId === EXAMPLES_VRID) {
      const said = `${instance.name}: virtual_router_id ${EXAMPLES_VRID} is what examples use`
      say('vrid-51', placeOf(block, 'virtual_router_id'), said, "e.g. the last byte of the VIP, if it's free")
    }
  }
}
