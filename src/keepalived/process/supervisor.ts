import { rmSync } from 'node:fs'
import type { Server } from 'node:net'
import type { Config } from '../config/config.ts'
import { monotonicMs } from '../linux/clock.ts'
import { notifyServiceManager, watchdogIntervalMs } from '../linux/service-manager.ts'
import { socketPair } from '../linux/socket.ts'
import { trimMemory } from '../linux/trim-memory.ts'
import { dumpOnSignals } from '../observe/dump-on-signal.ts'
import { EventLog } from '../observe/event-log.ts'
import { MetricsOutlet } from '../observe/metrics-outlet.ts'
import { LINGER_MS } from '../vrrp/timing.ts'
import { clearAddresses, leftBehind } from './clear-addresses.ts'
import { ControlDesk } from './control-desk.ts'
import { serveControl } from './control-server.ts'
import { DatabaseMemory } from './database-memory.ts'
import type { Log } from './log.ts'
import { removePidFile, writePidFile } from './pid-file.ts'
import { Questions } from './questions.ts'
import { describeReload, reloadOf, touchesVrrp } from './reload.ts'
import { RespawnLimit } from './respawn-limit.ts'
import { ServerMemory } from './server-memory.ts'
import { type ToWorker, WORKER_EXIT } from './supervision.ts'
import { WorkerHandle, type WorkerKind } from './worker-handle.ts'

interface Reloaded {
  readonly ok: boolean
  readonly text: string
}

export interface SupervisorOptions {
  readonly config: Config
  readonly configFile: string
  /** Reads the configuration anew for SIGHUP; a text says why it can't be used. */
  readonly reread: () => Config | string
  readonly pidFile: string
  readonly controlSocket: string
  readonly maintenanceFile: string
  /** Besides the pid file; null: none. */
  readonly workerPidFiles: Readonly<Record<WorkerKind, string | null>>
  readonly realTime: boolean
  /** Passed on to the workers' command line. */
  readonly workerFlags: readonly string[]
  readonly log: Log
  readonly onReady: () => void
}

const TICK_MS = 1000
/** Ticks between two pings, and pings without an answer until a worker counts as hung. Each wakes two processes. */
const PINGS: Readonly<Record<WorkerKind, { every: number; patience: number }>> = {
  vrrp: { every: 1, patience: 5 },
  check: { every: 4, patience: 4 },
}
const STOP_MARGIN_MS = 2000
const CHECK_STOP_MS = 5000

/** The parent: starts the two workers, keeps them alive, passes signals and `ctl` on, and does nothing else. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #workers = new Map<WorkerKind, WorkerHandle>()
  readonly #misses: Record<WorkerKind, number> = { vrrp: 0, check: 0 }
  readonly #limit = new RespawnLimit()
  readonly #questions: Questions
  readonly #desk: ControlDesk
  readonly #metrics: MetricsOutlet
  readonly #events = new EventLog()
  readonly #servers = new ServerMemory()
  readonly #databases = new DatabaseMemory()
  #config: Config
  #control: Server | null = null
  #ready = false
  /** The check worker ends and begins in a reload. */
  #restarting = false
  #reloading: Promise<unknown> = Promise.resolve()
  #finish: (code: number) => void = () => undefined
  #stopping = false
  #ticks = 0

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#config = options.config
    const tellVrrp = (message: ToWorker): void => this.#workers.get('vrrp')?.send(message)
    this.#questions = new Questions(tellVrrp)
    this.#desk = new ControlDesk({
      ...options,
      config: () => this.#config,
      questions: this.#questions,
      events: this.#events,
      servers: this.#servers,
      databases: this.#databases,
      tellVrrp,
      tellCheck: (message) => this.#workers.get('check')?.send(message),
      reload: () => this.#reload(),
    })
    this.#metrics = new MetricsOutlet({ status: () => this.#desk.status(), log: options.log })
    dumpOnSignals({
      config: () => this.#config,
      instances: () => this.#questions.status(),
      clearCounters: () => tellVrrp({ t: 'clear' }),
      log: options.log,
    })
  }

  /** Runs until a signal or a fatal end. @returns the exit code */
  async run(): Promise<number> {
    const { pidFile, controlSocket, log } = this.#options
    this.#writePid(pidFile, process.pid)
    const finished = new Promise<number>((resolve) => {
      this.#finish = resolve
    })
    this.#control = await serveControl(controlSocket, this.#events, (request) => this.#desk.answer(request))
    process.on('SIGTERM', () => void this.#stop('SIGTERM'))
    process.on('SIGINT', () => void this.#stop('SIGINT'))
    process.on('SIGHUP', () => void this.#reload())
    this.#spawn('vrrp')
    this.#spawn('check')
    this.#link()
    const watchdog = watchdogIntervalMs()
    const timer = setInterval(() => this.#tick(), Math.min(TICK_MS, watchdog ?? TICK_MS))
    const code = await finished
    clearInterval(timer)
    this.#control.close()
    this.#metrics.close()
    removePidFile(pidFile)
    for (const file of Object.values(this.#options.workerPidFiles)) if (file !== null) rmSync(file, { force: true })
    log('info', 'Stopped Keepalived')
    return code
  }

  #spawn(kind: WorkerKind): void {
    const { workerFlags, configFile, realTime, log } = this.#options
    const worker = new WorkerHandle(kind, workerFlags, (message) => {
      if (message.t === 'pong') this.#misses[kind] = 0
      else if (message.t === 'ready') this.#onReady()
      else if (message.t === 'event') this.#events.add(message.body)
      else if (message.t === 'servers') this.#servers.keep(message.name, message.known)
      else if (message.t === 'unsent') this.#servers.keepUnsent(message.unsent)
      else if (message.t === 'database') this.#databases.keep(message.status)
      else this.#questions.receive(message)
    })
    this.#misses[kind] = 0
    if (kind === 'check') this.#databases.forget()
    this.#workers.set(kind, worker)
    const servers = this.#servers.recall(this.#config)
    const { maintenance } = this.#desk
    const left = kind === 'check' ? this.#servers.takeUnsent() : {}
    worker.send({ ...left, t: 'config', config: this.#config, configFile, realTime, maintenance, servers })
    const pidFile = this.#options.workerPidFiles[kind]
    if (pidFile !== null && worker.pid !== undefined) this.#writePid(pidFile, worker.pid)
    this.#events.add({ code: 'worker.started', worker: kind, pid: worker.pid ?? null })
    log('info', `Starting ${kind === 'vrrp' ? 'VRRP' : 'Healthcheck'} child process, pid=${worker.pid ?? '?'}`)
    void worker.exited.then((code) => this.#onExit(worker, code))
  }

  #writePid(path: string, pid: number): void {
    const complaint = writePidFile(path, pid)
    if (complaint !== '') this.#options.log('error', complaint)
  }

  #link(): void {
    const [vrrp, check] = socketPair()
    this.#workers.get('vrrp')?.sendLink(vrrp)
    this.#workers.get('check')?.sendLink(check)
  }

  #onReady(): void {
    if (this.#ready || ![...this.#workers.values()].every((worker) => worker.ready)) return
    this.#ready = true
    notifyServiceManager('READY=1\nSTATUS=running')
    this.#metrics.open(this.#config.global.observation)
    this.#options.onReady()
    trimMemory()
  }

  #onExit(worker: WorkerHandle, code: number): void {
    const { kind } = worker
    if (kind === 'check' && this.#workers.get(kind) === worker) this.#databases.forget()
    if (this.#stopping || this.#workers.get(kind) !== worker) return
    if (kind === 'check' && this.#restarting) return
    const { log } = this.#options
    log('error', `the ${kind} worker ended with ${code}`)
    this.#events.add({ code: 'worker.ended', worker: kind, exit: code })
    if (code === WORKER_EXIT.fatal || !this.#limit.allows(performance.now())) {
      log('error', 'it ends again and again: giving up, the service manager may start us anew')
      void this.#stop('a worker can not run', WORKER_EXIT.failed)
      return
    }
    setTimeout(() => {
      if (this.#stopping || (kind === 'check' && this.#restarting)) return
      this.#spawn(kind)
      this.#link()
    }, this.#limit.delayMs)
  }

  #tick(): void {
    let healthy = true
    this.#ticks += 1
    for (const [kind, worker] of this.#workers) {
      const { every, patience } = PINGS[kind]
      if (this.#ticks % every !== 0) continue
      if (this.#misses[kind] > 1 && kind === 'vrrp') healthy = false
      if (this.#misses[kind]++ >= patience && worker.ready) {
        this.#options.log('error', `the ${kind} worker does not answer: killing it`)
        this.#misses[kind] = 0
        worker.kill('SIGKILL')
      }
      worker.send({ t: 'ping' })
    }
    if (healthy) notifyServiceManager('WATCHDOG=1')
  }

  /** One after the other: a SIGHUP that comes meanwhile is looked at afterwards. @returns what was done, or why not */
  #reload(): Promise<Reloaded> {
    const next = this.#reloading.then(() => this.#reloadNow())
    this.#reloading = next
    return next
  }

  async #reloadNow(): Promise<Reloaded> {
    const { log, reread } = this.#options
    if (this.#stopping) return { ok: false, text: 'the daemon is stopping' }
    const read = reread()
    if (typeof read === 'string') {
      log('error', `Reload refused, the configuration that runs stays: ${read}`)
      this.#events.add({ code: 'reload.refused', text: read })
      return { ok: false, text: read }
    }
    const before = this.#config
    const reload = reloadOf(before, read)
    const text = describeReload(reload) || 'configuration is unchanged'
    log('info', `Reload: ${text}`)
    notifyServiceManager(`RELOADING=1\nMONOTONIC_USEC=${Math.round(monotonicMs() * 1000)}`)
    // A worker that is started from here on starts with it.
    this.#config = read
    this.#metrics.open(read.global.observation)
    if (touchesVrrp(reload)) await this.#reloadVrrp(before, read)
    if (reload.check && !this.#stopping) await this.#restartCheck()
    notifyServiceManager('READY=1')
    this.#events.add({ code: 'reload.done', text })
    return { ok: true, text }
  }

  async #reloadVrrp(before: Config, config: Config): Promise<void> {
    const done = await this.#questions.reload(config, this.#desk.demotionMs)
    if (!done) this.#options.log('warn', 'the VRRP worker did not say that it runs on the new configuration')
    // What is configured no longer must not stay, whatever happened to the worker meanwhile.
    const gone = leftBehind(before, config)
    for (const address of clearAddresses({ ...before, instances: gone })) {
      this.#options.log('warn', `removed ${address}`)
    }
  }

  async #restartCheck(): Promise<void> {
    this.#restarting = true
    await this.#stopCheck('reload')
    this.#restarting = false
    if (this.#stopping) return
    this.#spawn('check')
    this.#link()
  }

  /** VRRP first, which hands over with the check worker's help; then the check worker. A second call kills. */
  async #stop(reason: string, code: number = WORKER_EXIT.done): Promise<void> {
    if (this.#stopping) {
      for (const worker of this.#workers.values()) worker.kill('SIGKILL')
      return
    }
    this.#stopping = true
    this.#options.log('info', `Stopping (${reason})`)
    this.#events.add({ code: 'daemon.stopping', text: reason })
    notifyServiceManager('STOPPING=1')
    await this.#stopVrrp(reason)
    await this.#stopCheck('stop')
    this.#finish(code)
  }

  async #stopVrrp(reason: string): Promise<void> {
    const worker = this.#workers.get('vrrp')
    if (worker === undefined) return
    worker.send({ t: 'stop', reason })
    await this.#awaitExit(worker, this.#desk.demotionMs + LINGER_MS + STOP_MARGIN_MS)
    for (const address of clearAddresses(this.#config)) this.#options.log('warn', `removed ${address}`)
  }

  async #stopCheck(reason: 'reload' | 'stop'): Promise<void> {
    const worker = this.#workers.get('check')
    if (worker === undefined) return
    worker.send({ t: 'stop', reason })
    await this.#awaitExit(worker, this.#desk.demotionMs + CHECK_STOP_MS)
  }

  async #awaitExit(worker: WorkerHandle, deadlineMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#options.log('error', `the ${worker.kind} worker does not stop: killing it`)
      worker.kill('SIGKILL')
    }, deadlineMs)
    await worker.exited
    clearTimeout(timer)
  }
}
