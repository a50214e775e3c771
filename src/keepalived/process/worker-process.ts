import { Socket } from 'node:net'
import { startCheckWorker } from '../check/worker.ts'
import type { Config } from '../config/config.ts'
import { becomeRealTime, dieWithParent, setProcessName } from '../linux/process-control.ts'
import { onSignalNumber } from '../linux/signal-number.ts'
import { LineChannel } from './line-channel.ts'
import type { Log } from './log.ts'
import type { ToCheck, ToVrrp } from './messages.ts'
import { SIGNAL_NUMBERS } from './signal-names.ts'
import { type FromWorker, type ToWorker, WORKER_EXIT } from './supervision.ts'
import { VrrpWorker } from './vrrp-worker.ts'

/** The workers' side of the process border: what their processes do before and besides their work. */

/** Above ordinary work, below the kernel's own threads (50). */
const REAL_TIME_PRIORITY = 40

export function runVrrpWorker(logOf: (who: string) => Log): void {
  const log = prepare('vrrp', '_vrrp', logOf)
  let worker: VrrpWorker | null = null
  let stopping = false
  const end = (code: number): void => {
    process.exitCode = code
    // What was reported last is on its way; exit when it is out.
    if (process.connected) process.disconnect()
    setImmediate(() => process.exit(code))
  }
  const stop = (reason: string): void => {
    // The second time somebody is in a hurry: the supervisor, or its death.
    if (worker === null || stopping) {
      worker?.letGo()
      end(WORKER_EXIT.done)
      return
    }
    stopping = true
    worker.stop(reason)
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
      worker = begin(message.config, message.realTime, message.maintenance === true)
      report({ t: 'ready' })
    } else if (message.t === 'stop') stop(message.reason)
    else worker?.receive(message, handle)
  })
}

/** How long the check worker waits for the VRRP worker to let go when the supervisor has died. */
const ORPHAN_MS = 5_000

export function runCheckWorker(logOf: (who: string) => Log): void {
  const log = prepare('chk', '_healthcheckers', logOf)
  let worker: ReturnType<typeof startCheckWorker> | null = null
  let line: LineChannel<ToCheck, ToVrrp> | null = null
  let config: Config | null = null
  const memory = new Map<string, ToVrrp>()
  const send = (message: ToVrrp): void => {
    if (message.t === 'gate') memory.set(`gate ${message.instance}`, message)
    if (message.t === 'track') memory.set(`track ${message.instance} ${message.tracker}`, message)
    line?.send(message)
  }
  const stop = async (): Promise<void> => {
    await worker?.stop()
    process.exit(WORKER_EXIT.done)
  }
  const connect = (socket: Socket): void => {
    // A line that is there already led to a worker whose end was not noticed yet.
    if (line !== null) {
      line.close()
      line = null
      lost()
    }
    const channel: LineChannel<ToCheck, ToVrrp> = new LineChannel(
      socket,
      (message) => worker?.receive(message),
      () => {
        if (line !== channel) return
        line = null
        lost()
      },
    )
    line = channel
    // A VRRP worker that is new knows nothing: tell it what the old one knew.
    for (const message of memory.values()) channel.send(message)
  }
  /** Nobody renews the address any more, so nobody may write. */
  const lost = (): void => {
    for (const instance of config?.instances ?? []) {
      if (instance.role === null) continue
      worker?.receive({ t: 'demote', instance: instance.name, id: 0, reason: 'the VRRP worker is gone' })
    }
    if (!process.connected) void stop()
  }
  // `pkill keepalived` hits every process, but the database is demoted in order, at the supervisor's word.
  process.on('SIGTERM', () => {
    if (!process.connected && line === null) void stop()
  })
  process.on('disconnect', () => {
    if (line === null) void stop()
    else setTimeout(() => void stop(), ORPHAN_MS)
  })
  process.on('message', (message: ToWorker, handle: unknown) => {
    if (message.t === 'config') {
      config = message.config
      worker = startCheckWorker({ config, send, log, configFile: message.configFile })
      report({ t: 'ready' })
    } else if (message.t === 'link' && handle instanceof Socket) connect(handle)
    else if (message.t === 'ping') report({ t: 'pong' })
    else if (message.t === 'stop') void stop()
  })
}

/** @param logOf the log of a process, by the part after `Keepalived` */
function prepare(name: string, who: string, logOf: (who: string) => Log): Log {
  process.title = `keepalived: ${name}`
  setProcessName(`keepalived_${name}`)
  dieWithParent()
  // HUP and INT are the supervisor's: a terminal sends them to all of us.
  process.on('SIGHUP', () => undefined)
  process.on('SIGINT', () => undefined)
  // Without a handler SIGUSR1 opens Node's debugger, and the others end the process.
  process.on('SIGUSR1', () => undefined)
  process.on('SIGUSR2', () => undefined)
  for (const signal of [SIGNAL_NUMBERS.JSON, SIGNAL_NUMBERS.STATS_CLEAR]) onSignalNumber(signal, () => undefined)
  return logOf(who)
}

function report(message: FromWorker): void {
  if (process.connected) process.send?.(message)
}
