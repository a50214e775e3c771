import { dieWithParent, setProcessName } from '../linux/process-control.ts'
import { onSignalNumber } from '../linux/signal-number.ts'
import { type Log, stderrLog, systemLog } from './log.ts'
import { SIGNAL_NUMBERS } from './signal-names.ts'
import type { FromWorker } from './supervision.ts'

/** Where a worker's log goes, by its command line. */
export interface WorkerFlags {
  readonly systemLog: boolean
  readonly facility: string | null
}

/**
 * What every worker's process does before its work.
 * @param who the part after `Keepalived` in its log
 */
export function prepare(name: string, who: string, { systemLog: toSystem, facility }: WorkerFlags): Log {
  process.title = `keepalived: ${name}`
  setProcessName(`keepalived_${name}`)
  dieWithParent()
  // Ours alone: scripts have heaps of their own.
  delete process.env.MALLOC_ARENA_MAX
  // HUP and INT are the supervisor's: a terminal sends them to all of us.
  process.on('SIGHUP', () => undefined)
  process.on('SIGINT', () => undefined)
  // Without a handler SIGUSR1 opens Node's debugger, and the others end the process.
  process.on('SIGUSR1', () => undefined)
  process.on('SIGUSR2', () => undefined)
  for (const signal of [SIGNAL_NUMBERS.JSON, SIGNAL_NUMBERS.STATS_CLEAR]) onSignalNumber(signal, () => undefined)
  return toSystem ? systemLog(who, facility) : stderrLog(who)
}

export function report(message: FromWorker): void {
  if (process.connected) process.send?.(message)
}

/** As `report`, and the supervisor's end of the pipe has it, or is gone: for the last words of a process. */
export function reported(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) resolve()
    else process.send(message, () => resolve())
  })
}
