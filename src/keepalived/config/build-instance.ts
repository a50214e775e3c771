import { flagOf, isRefused, isSet, nodeOf, numberOf, textOf, trackedItems } from './access.ts'
import { announcementOf } from './build-announcement.ts'
import { authentication } from './build-authentication.ts'
import { alertOf, type Building, buildNotify } from './build-global.ts'
import { buildMoving } from './build-moving.ts'
import { buildRole, type Others } from './build-role.ts'
import { buildTracked, type TrackLists } from './build-track.ts'
import { advertInterval, familyOf, sourceOf, unicastPeers, versionOf, wireOf } from './build-wire.ts'
import type { VrrpInstance } from './config.ts'
import type { Block } from './interpret.ts'
import type { ElectionConfig } from './tracked.ts'

function tracking(name: string, own: string, block: Block, others: Others, building: Building): TrackLists {
  const { report } = building
  const lists = buildTracked(name, block, others, building)
  const twice = trackedItems(block, 'track_interface').find((item) => item.name === own && (item.weight ?? 0) === 0)
  if (twice !== undefined) report('note', 'duplicate', twice, `${name}: its own interface ${own} is always tracked`)
  const weighted = Object.values(lists)
    .flat()
    .find(({ weight }) => weight !== 0)
  const nopreempt = nodeOf(block, 'nopreempt')
  if (weighted !== undefined && nopreempt !== null) {
    const said = `${name}: with nopreempt the weight of ${weighted.name} never moves the address`
    report(
      'warning',
      'nopreempt-weight',
      nopreempt,
      said,
      'leave the weight out: then a failure is a fault and the peer takes over',
    )
  }
  return { ...lists, trackInterfaces: lists.trackInterfaces.filter((one) => one.name !== own || one.weight !== 0) }
}

/** keepalived's own defaults are the global ones. */
function election(block: Block, global: Block): ElectionConfig {
  const flag = (keyword: string) => (isSet(block, keyword) ? flagOf(block, keyword) : flagOf(global, `vrrp_${keyword}`))
  return {
    higherPrioSendAdvert: flag('higher_prio_send_advert'),
    lowerPrioNoAdvert: flag('lower_prio_no_advert'),
    downTimerAdverts: isSet(block, 'down_timer_adverts')
      ? numberOf(block, 'down_timer_adverts')
      : numberOf(global, 'vrrp_down_timer_adverts'),
    ownerIgnoreAdverts: flagOf(global, 'vrrp_owner_ignore_adverts'),
    notifyPriorityChanges: flag('notify_priority_changes'),
  }
}

function preemption(name: string, initialState: 'MASTER' | 'BACKUP', block: Block, { report }: Building): boolean {
  const nopreempt = flagOf(block, 'nopreempt') || !flagOf(block, 'preempt')
  if (!nopreempt || initialState === 'BACKUP') return nopreempt
  const at = nodeOf(block, 'nopreempt') ?? nodeOf(block, 'preempt') ?? block
  report(
    'warning',
    'nopreempt-master',
    at,
    `${name}: nopreempt does not work with state MASTER and is off`,
    'write state BACKUP on both nodes',
  )
  return false
}

/** One instance, or null when it can't run, which is said. */
export function buildInstance(name: string, block: Block, others: Others, building: Building): VrrpInstance | null {
  const { report, global } = building
  const own = textOf(block, 'interface') ?? textOf(global, 'default_interface')
  if (own === null)
    report('error', 'value-missing', block, `${name} has no interface and does not run`, 'add interface NIC')
  const id = nodeOf(block, 'virtual_router_id')
  if (id === null) {
    report(
      'error',
      'value-missing',
      block,
      `${name} has no virtual_router_id and does not run`,
      'add virtual_router_id 1..255',
    )
  }
  const roleBlock = nodeOf(block, 'role')?.block ?? null
  const withRole = roleBlock === null ? null : buildRole(name, roleBlock, others, building)
  if (own === null || id === null || (roleBlock !== null && withRole === null)) return null
  const moving = buildMoving(name, block, building)
  const family = familyOf(moving.virtualAddresses, block)
  const version = versionOf(name, family, block, building)
  const initialState = textOf(block, 'state') === 'MASTER' ? 'MASTER' : 'BACKUP'
  const interval = advertInterval(name, version, block, building)
  const vipLease = numberOf(block, 'vip_lease')
  const rules = election(block, global)
  const patience = rules.downTimerAdverts * interval
  if (vipLease > 0 && Math.ceil(vipLease) + 0.35 >= patience) {
    const at = nodeOf(block, 'vip_lease') ?? block
    const said = `${name}: a lease of ${Math.ceil(vipLease)} s outlives the peer's patience of ${patience.toFixed(2)} s; both may hold the address`
    report('warning', 'lease-too-long', at, said, 'a lease shorter than 3 × advert_int − 0.35 s')
  }
  const peers = unicastPeers(name, family, block, building)
  const wire = wireOf(name, family, interval, peers, block, building)
  if (wire === null || isRefused(block) || isRefused(global)) return null
  const source = nodeOf(block, 'unicast_src_ip')
  if (peers.length === 0 && (source !== null || isSet(block, 'unicast_peer'))) {
    const at = source ?? nodeOf(block, 'unicast_peer') ?? block
    if (flagOf(block, 'unicast_fault_no_peer')) {
      report('error', 'unicast-no-peer', at, `${name}: unicast without a peer; it does not run`, 'add unicast_peer')
      return null
    }
    report(
      'warning',
      'unicast-no-peer',
      at,
      `${name}: unicast without a peer, so adverts go to the multicast group`,
      'add unicast_peer',
    )
  }
  const minimal = flagOf(global, 'vrrp_min_garp')
  const garp = (keyword: string) =>
    isSet(block, keyword) ? numberOf(block, keyword) : numberOf(global, `vrrp_${keyword}`)
  return {
    name,
    line: block.line,
    initialState,
    interface: own,
    virtualRouterId: numberOf(block, 'virtual_router_id'),
    priority: initialState === 'MASTER' && !isSet(block, 'priority') ? 255 : numberOf(block, 'priority'),
    version,
    advertInterval: interval,
    nopreempt: preemption(name, initialState, block, building),
    preemptDelay: numberOf(block, 'preempt_delay'),
    authentication: authentication(name, version, block, building),
    ...moving,
    mcastSourceIp: sourceOf(name, 'mcast_src_ip', family, block, building),
    unicastSourceIp: sourceOf(name, 'unicast_src_ip', family, block, building),
    unicastPeers: peers.map(({ text }) => text),
    wire,
    garpMasterDelay: minimal && !isSet(block, 'garp_master_delay') ? 0 : garp('garp_master_delay'),
    garpMasterRepeat: minimal && !isSet(block, 'garp_master_repeat') ? 1 : garp('garp_master_repeat'),
    garpMasterRefresh: garp('garp_master_refresh'),
    announcement: announcementOf(block, global),
    ...tracking(name, own, block, others, building),
    trackSrcIp: flagOf(block, 'track_src_ip'),
    election: rules,
    dontTrackPrimary: flagOf(block, 'dont_track_primary'),
    notify: buildNotify(block, name, building),
    smtpAlert: alertOf(block, 'smtp_alert_vrrp', global),
    vipLease,
    role: withRole,
  }
}
