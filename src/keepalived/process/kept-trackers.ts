import type { Config, VrrpInstance } from '../config/config.ts'
import { fileTracker, interfaceTracker, processTracker } from '../track/tracker-name.ts'

/** Which of an instance's trackers a configuration still has. */
export function keptTrackers(config: Config, instance: VrrpInstance): (tracker: string) => boolean {
  const { trackScripts, trackInterfaces, trackProcesses, trackFiles } = instance
  const named = new Set([
    ...trackInterfaces.map(({ name }) => interfaceTracker(name)),
    ...[...trackScripts, ...trackProcesses.map(processTracker), ...trackFiles.map(fileTracker)].map(({ name }) => name),
    ...config.virtualServers.flatMap(({ realServers }) =>
      realServers.map(({ address, port }) => `real_server ${address}:${port}`),
    ),
    ...config.syncGroups
      .filter((group) => group.instances.includes(instance.name))
      .map(({ name }) => `sync group ${name}`),
    ...(instance.role === null ? [] : [`mysql ${instance.role.mysql}`]),
  ])
  return (tracker) => named.has(tracker)
}
