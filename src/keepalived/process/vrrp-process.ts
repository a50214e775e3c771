import type { Config } from '../config/config.ts'
import { becomeRealTime } from '../linux/process-control.ts'
import { trimMemory } from '../linux/trim-memory.ts'
import { type ToWorker, WORKER_EXIT } from './supervision.ts'
import { VrrpWorker } from './vrrp-worker.ts'
import { prepare, report, type WorkerFlags } from './worker-process.ts'

/** Above ordinary work, below the kernel's own threads (50). */
const REAL_TIME_PRIORITY = 40

export function runVrrpWorker(flags: WorkerFlags): void {
  const log = prepare('vrrp', '_vrrp', flags)
  let worker: VrrpWorker | null = null
  let stopping = false
  const end = (code: number): void => {
    process.exitCode = code
    // What was reported last is on its way; exit when it is out.
    if (process.connected) process.disconnect()
    setImmediate(() => process.exit(code))
  }
  const stop = (reason: string): void => {
    // One end is told several times: by `pkill`, the service manager, the supervisor, its death. It is no hurry: the address
    // must not go before the database is closed. Whoever is in one sends SIGKILL.
    if (stopping) return
    stopping = true
    if (worker === null) end(WORKER_EXIT.done)
    else worker.stop(reason)
  }
  const begin = (config: Config, realTime: boolean, maintenance: boolean): VrrpWorker => {
    const refused = realTime ? becomeRealTime(REAL_TIME_PRIORITY) : null
    if (refused !== null) log('warn', `no real-time priority: ${refused}`)
    return new VrrpWorker({ config, maintenance, log, report, onStopped: () => end(WORKER_EXIT.done) })
  }
  process.on('uncaughtException', (error) => {
    log('error', `defect: ${error.stack ?? error.message}`)
    worker?.letGo()
    process.exit(WORKER_EXIT.failed)
  })
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('disconnect', () => {
    if (!stopping) stop('the supervisor is gone')
  })
  process.on('message', (message: ToWorker, handle: unknown) => {
    if (message.t === 'config') {
      trimMemory()
      worker = begin(message.config, message.realTime, message.maintenance === true)
      report({ t: 'ready' })
    } else if (message.t === 'stop') stop(message.reason)
    else worker?.receive(message, handle)
  })
}
