import { isDeepStrictEqual } from 'node:util'
import type { Config, VrrpInstance } from '../config/config.ts'
import { serverTrackers } from './kept-trackers.ts'

/** What a new configuration asks of the running daemon. */
export interface Reload {
  /** Names of instances, by what happens to them. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Another virtual router under the same name: the old one leaves, the new one starts. */
  readonly replaced: readonly string[]
  /** Other settings of the same virtual router: state, timers and address stay. */
  readonly changed: readonly string[]
  /** What the check worker runs on differs: it is started anew, and the VRRP worker goes on meanwhile. */
  readonly check: boolean
}

/** The difference between two configurations, as what has to be done. Where a block stands in the file is no difference. */
export function reloadOf(before: Config, after: Config): Reload {
  const old = new Map(before.instances.map((instance) => [instance.name, instance]))
  const now = new Map(after.instances.map((instance) => [instance.name, instance]))
  const both = [...now].flatMap(([name, instance]) => {
    const was = old.get(name)
    return was === undefined ? [] : [{ name, was, instance }]
  })
  const replaced = both.filter(({ was, instance }) => !isDeepStrictEqual(identity(was), identity(instance)))
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    replaced: replaced.map(({ name }) => name),
    changed: both
      .filter((one) => !replaced.includes(one))
      .filter(({ name }) => !isDeepStrictEqual(vrrpPart(before, name), vrrpPart(after, name)))
      .map(({ name }) => name),
    check: !isDeepStrictEqual(checkPart(before), checkPart(after)),
  }
}

/** Does the VRRP worker have anything to do? */
export function touchesVrrp({ added, removed, replaced, changed }: Reload): boolean {
  return added.length + removed.length + replaced.length + changed.length > 0
}

/** For the log: `2 changed (VI_1, VI_2), 1 removed (VI_3)`. */
export function describeReload(reload: Reload): string {
  const parts = (['added', 'removed', 'replaced', 'changed'] as const).flatMap((what) => {
    const names = reload[what]
    return names.length === 0 ? [] : [`${what} ${names.join(', ')}`]
  })
  return [...parts, ...(reload.check ? ['checks and notification start anew'] : [])].join('; ')
}

/** What makes a virtual router this one and no other. */
function identity(instance: VrrpInstance): unknown {
  const { interface: nic, virtualRouterId, version, priority, role, wire } = instance
  return { nic, virtualRouterId, version, family: wire.family, owner: priority === 255, role: role !== null }
}

function vrrpPart(config: Config, name: string): unknown {
  const instance = config.instances.find((one) => one.name === name)
  if (instance === undefined) return null
  const { notify: _notify, smtpAlert: _alert, line: _line, ...rest } = instance
  const groups = config.syncGroups.filter((group) => group.instances.includes(name))
  const scripts = config.scripts.filter((one) => instance.trackScripts.some((tracked) => tracked.name === one.name))
  const watched = [instance.interface, ...instance.trackInterfaces.map((tracked) => tracked.name)]
  return {
    rest,
    delays: config.interfaceDelays.filter((delay) => watched.includes(delay.name)),
    groups: groups.map((group) => ({ name: group.name, instances: group.instances })),
    servers: serverTrackers(config, instance),
    weights: scripts.map((script) => ({ name: script.name, weight: script.weight })),
  }
}

/** All but what only timers, packets and addresses' leases are made of. */
function checkPart(config: Config): unknown {
  return {
    ...config,
    instances: config.instances.map((instance) => {
      const {
        line: _line,
        priority: _priority,
        advertInterval: _interval,
        nopreempt: _nopreempt,
        preemptDelay: _delay,
        authentication: _auth,
        garpMasterDelay: _garpDelay,
        garpMasterRepeat: _garpRepeat,
        garpMasterRefresh: _garpRefresh,
        announcement: _announcement,
        wire: _wire,
        virtualRoutes: _routes,
        virtualRules: _rules,
        promoteSecondaries: _promote,
        vipLease: _lease,
        ...rest
      } = instance
      return rest
    }),
  }
}
