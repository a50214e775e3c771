import type { Config, VrrpInstance } from '../config/config.ts'
import {
  fileTracker,
  interfaceTracker,
  processTracker,
  realServerTracker,
  virtualServerTracker,
} from '../track/tracker-name.ts'

/** Which of an instance's trackers a configuration still has. */
export function keptTrackers(config: Config, instance: VrrpInstance): (tracker: string) => boolean {
  const { trackScripts, trackInterfaces, trackProcesses, trackFiles } = instance
  const named = new Set([
    ...trackInterfaces.map(({ name }) => interfaceTracker(name)),
    ...[...trackScripts, ...trackProcesses.map(processTracker), ...trackFiles.map(fileTracker)].map(({ name }) => name),
    ...config.virtualServers.flatMap((virtual) =>
      virtual.quorumIsSet ? [virtualServerTracker(virtual)] : virtual.realServers.map(realServerTracker),
    ),
    ...config.syncGroups
      .filter((group) => group.instances.includes(instance.name))
      .map(({ name }) => `sync group ${name}`),
    ...(instance.role === null ? [] : [`mysql ${instance.role.mysql}`]),
  ])
  return (tracker) => named.has(tracker)
}
