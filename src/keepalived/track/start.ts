import type { Config } from '../config/config.ts'
import type { ToVrrp } from '../process/messages.ts'
import { FileTracker } from './file-tracker.ts'
import { fileVerdict } from './file-value.ts'
import { ProcessTracker } from './process-tracker.ts'
import { fileTracker, processTracker } from './tracker-name.ts'

interface Surroundings {
  readonly config: Config
  readonly send: (message: ToVrrp) => void
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

/** Starts to follow the processes and files that instances track; what none tracks is left alone, as in keepalived. */
export function startTrackers(around: Surroundings): { readonly stop: () => Promise<void> }[] {
  return [...startProcesses(around), ...startFiles(around)]
}

function startProcesses({ config, send, log }: Surroundings): ProcessTracker[] {
  const processes = config.trackProcesses.filter(({ name }) =>
    config.instances.some(({ trackProcesses }) => trackProcesses.some((tracked) => tracked.name === name)),
  )
  if (processes.length === 0) return []
  const onChange = (name: string, up: boolean, reason: string): void => {
    for (const { name: instance, trackProcesses } of config.instances) {
      for (const tracked of trackProcesses.filter((one) => one.name === name)) {
        const { name: tracker, weight, reverse } = processTracker(tracked)
        send({ t: 'track', instance, tracker, up, weight: weight === 0 ? null : weight, reverse, reason })
      }
    }
  }
  return [new ProcessTracker({ processes, onChange, log })]
}

function startFiles({ config, send, log }: Surroundings): FileTracker[] {
  return config.trackFiles.flatMap((file) => {
    const trackers = config.instances.flatMap(({ name: instance, trackFiles }) =>
      trackFiles.filter(({ name }) => name === file.name).map((tracked) => ({ instance, tracked })),
    )
    if (trackers.length === 0) return []
    const onValue = (value: number, reason: string): void => {
      for (const { instance, tracked } of trackers) {
        const { name: tracker } = fileTracker(tracked)
        send({ t: 'track', instance, tracker, reason, ...fileVerdict(value, tracked) })
      }
    }
    return [new FileTracker({ file, onValue, log })]
  })
}
