import type { Config } from '../config/config.ts'
import { onSignalNumber } from '../linux/signal-number.ts'
import { SIGNAL_NUMBERS } from '../process/signal-names.ts'
import type { InstanceStatus } from '../process/status.ts'
import { dataDump } from './data-dump.ts'
import { jsonDump } from './json-dump.ts'
import { statisticsText } from './statistics.ts'
import { replaceFile } from './write-file.ts'

export interface DumpSource {
  readonly config: () => Config
  /** @throws when the VRRP worker does not answer */
  readonly instances: () => Promise<readonly InstanceStatus[]>
  readonly clearCounters: () => void
  readonly log: (level: 'info' | 'warn', text: string) => void
}

/** SIGUSR1, SIGUSR2, SIGJSON and SIGSTATS_CLEAR, as keepalived's: each writes its file, the last one clears the counters, too. */
export function dumpOnSignals(source: DumpSource): void {
  const write = async (what: string, path: string, text: (of: readonly InstanceStatus[]) => string): Promise<void> => {
    source.log('info', `Printing VRRP ${what} for process(${process.pid}) on signal`)
    try {
      const complaint = replaceFile(path, text(await source.instances()))
      if (complaint !== '') source.log('warn', `${path} could not be written: ${complaint}`)
    } catch (error) {
      source.log('warn', `${path} was not written: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const files = () => source.config().global.observation
  const statistics = (): Promise<void> => write('stats', files().statsFile, statisticsText)
  process.on('SIGUSR1', () => void write('data', files().stateFile, (of) => dataDump(source.config(), of)))
  process.on('SIGUSR2', () => void statistics())
  onSignalNumber(SIGNAL_NUMBERS.JSON, () => {
    void write('as json', files().jsonFile, (of) => jsonDump(source.config(), of))
  })
  onSignalNumber(SIGNAL_NUMBERS.STATS_CLEAR, () => {
    void statistics().then(() => source.clearCounters())
  })
}
