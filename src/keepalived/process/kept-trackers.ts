import type { Config, VrrpInstance } from '../config/config.ts'
import { isServedBy } from '../config/served.ts'
import {
  fileTracker,
  interfaceTracker,
  processTracker,
  realServerTracker,
  virtualServerTracker,
} from '../track/tracker-name.ts'

/** Of the virtual servers at an instance's addresses, which drive it. */
export function serverTrackers(config: Config, instance: VrrpInstance): readonly string[] {
  return config.virtualServers
    .filter((virtual) => isServedBy(virtual, instance))
    .flatMap((virtual) =>
      virtual.quorumIsSet
        ? [virtualServerTracker(virtual)]
        : virtual.realServers.map((server) => realServerTracker(virtual, server)),
    )
}

/** Which of an instance's trackers a configuration still has. */
export function keptTrackers(config: Config, instance: VrrpInstance): (tracker: string) => boolean {
  const { trackScripts, trackInterfaces, trackProcesses, trackFiles } = instance
  const named = new Set([
    ...trackInterfaces.map(({ name }) => interfaceTracker(name)),
    ...[...trackScripts, ...trackProcesses.map(processTracker), ...trackFiles.map(fileTracker)].map(({ name }) => name),
    ...serverTrackers(config, instance),
    ...config.syncGroups
      .filter((group) => group.instances.includes(instance.name))
      .map(({ name }) => `sync group ${name}`),
    ...(instance.role === null ? [] : [`mysql ${instance.role.mysql}`]),
  ])
  return (tracker) => named.has(tracker)
}

/** Of a virtual server that a reload has taken away: its last check may still have been under way, and nobody would end that fault. */
export function isOfGoneServer(config: Config, tracker: string): boolean {
  if (!/^(real|virtual)_server /.test(tracker)) return false
  return !config.virtualServers.some((virtual) =>
    [
      virtualServerTracker(virtual),
      ...virtual.realServers.map((server) => realServerTracker(virtual, server)),
    ].includes(tracker),
  )
}
