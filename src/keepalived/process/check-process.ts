import { Socket } from 'node:net'
import { sharedWake } from '../check/shared-wake.ts'
import { startCheckWorker } from '../check/worker.ts'
import type { Config } from '../config/config.ts'
import { trimMemory } from '../linux/trim-memory.ts'
import { LineChannel } from './line-channel.ts'
import type { ToCheck, ToVrrp } from './messages.ts'
import { RolePriority } from './role-priority.ts'
import { type ToWorker, WORKER_EXIT } from './supervision.ts'
import { prepare, report, reported, type WorkerFlags } from './worker-process.ts'

/** How long the check worker waits for the VRRP worker to let go when the supervisor has died. */
const ORPHAN_MS = 5_000

export function runCheckWorker(flags: WorkerFlags): void {
  const log = prepare('chk', '_healthcheckers', flags)
  let worker: ReturnType<typeof startCheckWorker> | null = null
  let line: LineChannel<ToCheck, ToVrrp> | null = null
  let config: Config | null = null
  let priority: RolePriority | null = null
  const memory = new Map<string, ToVrrp>()
  const send = (message: ToVrrp): void => {
    if (message.t === 'gate') memory.set(`gate ${message.instance}`, message)
    if (message.t === 'track') memory.set(`track ${message.instance} ${message.tracker}`, message)
    line?.send(message)
  }
  const stop = async (isEnd = true): Promise<void> => {
    const unsent = await worker?.stop(isEnd)
    if (unsent !== undefined && !isEnd) await reported({ t: 'unsent', unsent })
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
      (message) => {
        priority?.receive(message)
        worker?.receive(message)
        sharedWake.touch()
      },
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
      if (config.instances.some(({ role }) => role !== null)) priority = new RolePriority(message.realTime, log)
      worker = startCheckWorker({
        config,
        send,
        log,
        configFile: message.configFile,
        ...(message.servers === undefined ? {} : { known: message.servers }),
        ...(message.unsent === undefined ? {} : { unsent: message.unsent }),
        onKnown: (name, known) => report({ t: 'servers', name, known }),
        onDatabase: (status) => report({ t: 'database', status }),
      })
      report({ t: 'ready' })
      trimMemory()
    } else if (message.t === 'link' && handle instanceof Socket) connect(handle)
    else if (message.t === 'force') worker?.receive(message)
    else if (message.t === 'ping') {
      report({ t: 'pong' })
      sharedWake.touch()
    } else if (message.t === 'stop') void stop(message.reason !== 'reload')
  })
}
