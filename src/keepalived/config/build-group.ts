import { flagOf, isSet, nodeOf, textItems } from './access.ts'
import { alertOf, type Building, buildNotify } from './build-global.ts'
import { buildTracked, merged, type Trackables, type TrackLists, withoutWeights } from './build-track.ts'
import type { SyncGroup, VrrpInstance } from './config.ts'
import type { Place } from './diagnostics.ts'
import type { Block } from './interpret.ts'

/** A sync group, and what it gives to its members. */
export interface BuiltGroup {
  readonly group: SyncGroup
  readonly at: Place
  readonly tracked: TrackLists
  readonly trackSrcIp: boolean
  /** Weights count in this group. */
  readonly trackingWeight: boolean
  readonly notifyPriorityChanges: boolean | null
}

/** Members that no instance has are said and left out. */
export function buildGroup(
  name: string,
  block: Block,
  instances: readonly VrrpInstance[],
  known: Trackables,
  building: Building,
): BuiltGroup {
  const { report } = building
  const members = textItems(block, 'group').filter((item) => {
    if (instances.some((instance) => instance.name === item.text)) return true
    report('error', 'conflict', item, `no vrrp_instance is called ${item.text}, left out of group ${name}`)
    return false
  })
  if (members.length === 1) {
    report('warning', 'group-of-one', block, `sync group ${name} has one member only and so no effect`)
  }
  const names = members.map((item) => item.text)
  const inGroup = instances.filter((instance) => names.includes(instance.name))
  const priorities = new Set(inGroup.map(({ priority }) => priority))
  if (priorities.size > 1) {
    const said = `the members of sync group ${name} have different priorities: as they move together, that can only delay a takeover`
    report('warning', 'group-priorities', nodeOf(block, 'group') ?? block, said, 'give all of them the same priority')
  }
  const preempting = new Set(inGroup.map(({ nopreempt }) => nopreempt))
  if (preempting.size > 1) {
    const said = `nopreempt stands in some members of sync group ${name} only: none of them preempts`
    report('warning', 'group-nopreempt', nodeOf(block, 'group') ?? block, said, 'write nopreempt in all of them')
  }
  return {
    group: {
      name,
      instances: names,
      notify: buildNotify(block, name, building),
      smtpAlert: alertOf(block, 'smtp_alert_vrrp', building.global),
    },
    at: { file: block.file, line: block.line, column: block.column },
    tracked: buildTracked(`sync group ${name}`, block, known, building),
    trackSrcIp: flagOf(block, 'track_src_ip'),
    trackingWeight: flagOf(block, 'sync_group_tracking_weight'),
    notifyPriorityChanges: isSet(block, 'notify_priority_changes') ? flagOf(block, 'notify_priority_changes') : null,
  }
}

/** The instance with what its group tracks for all members. */
export function asMember(instance: VrrpInstance, groups: readonly BuiltGroup[], building: Building): VrrpInstance {
  const built = groups.find(({ group }) => group.instances.includes(instance.name))
  if (built === undefined) return instance
  const own: TrackLists = instance
  const lists = merged(own, built.tracked)
  const weighed = built.trackingWeight ? lists : withoutWeights(instance.name, lists, built.at, building)
  const notifyPriorityChanges = instance.election.notifyPriorityChanges || built.notifyPriorityChanges === true
  return {
    ...instance,
    ...weighed,
    trackSrcIp: instance.trackSrcIp || built.trackSrcIp,
    election: { ...instance.election, notifyPriorityChanges },
  }
}
