import { nodeOf, numberOf, textOf } from './access.ts'
import type { Building } from './build-global.ts'

/** Where the daemon tells how it is. */
export interface Observation {
  /** Written at SIGUSR1. */
  readonly stateFile: string
  /** Written at SIGUSR2. */
  readonly statsFile: string
  /** Written at SIGJSON. */
  readonly jsonFile: string
  /** TCP port on 127.0.0.1 that Prometheus may ask; 0: none. */
  readonly metricsPort: number
  /** File in Prometheus' text format, for a textfile collector; null: none. */
  readonly metricsFile: string | null
}

export function buildObservation({ global, report }: Building): Observation {
  const file = (name: string, standard: string): string => {
    const text = textOf(global, name)
    const node = nodeOf(global, name)
    if (text === null || node === null) return standard
    if (text.startsWith('/')) return text
    report('error', 'value-bad', node, `${name}: ${text} is not an absolute path`, `write ${name} /tmp/${text}`)
    return standard
  }
  const metricsFile = file('metrics_file', '')
  return {
    stateFile: file('state_dump_file', '/tmp/keepalived.data'),
    statsFile: file('stats_dump_file', '/tmp/keepalived.stats'),
    jsonFile: file('json_dump_file', '/tmp/keepalived.json'),
    metricsPort: numberOf(global, 'metrics_port'),
    metricsFile: metricsFile === '' ? null : metricsFile,
  }
}
