import type { Config, VrrpInstance } from '../config/config.ts'
import type { EventLog } from '../observe/event-log.ts'
import { daemonVersion } from '../version.ts'
import type { ControlAnswer, ControlRequest } from './control-server.ts'
import type { DatabaseMemory } from './database-memory.ts'
import { forcePromotion } from './forced-promotion.ts'
import { keepMaintenance, maintenanceIsOn } from './maintenance.ts'
import type { Left, Questions } from './questions.ts'
import type { ServerMemory } from './server-memory.ts'
import type { DaemonStatus, InstanceStatus } from './status.ts'
import type { ToWorker } from './supervision.ts'

export interface DeskOptions {
  readonly config: () => Config
  readonly questions: Questions
  readonly events: EventLog
  readonly servers: Pick<ServerMemory, 'status'>
  readonly databases: Pick<DatabaseMemory, 'status'>
  readonly maintenanceFile: string
  readonly tellVrrp: (message: ToWorker) => void
  readonly tellCheck: (message: ToWorker) => void
  readonly reload: () => Promise<{ readonly ok: boolean; readonly text: string }>
  readonly log: (level: 'info' | 'warn', text: string) => void
}

const LOOK_EVERY_MS = 20

/** Answers what `ctl` asks the running daemon. */
export class ControlDesk {
  readonly #options: DeskOptions

  constructor(options: DeskOptions) {
    this.#options = options
  }

  get maintenance(): boolean {
    return maintenanceIsOn(this.#options.maintenanceFile)
  }

  /** Longest time that a demotion of these databases may take, ms. */
  get demotionMs(): number {
    return Math.max(0, ...this.#options.config().instances.map(({ role }) => (role?.demoteDeadline ?? 0) * 1000))
  }

  async answer(request: ControlRequest): Promise<ControlAnswer> {
    switch (request.command) {
      case 'status':
        return { ok: true, status: await this.status() }
      case 'leave':
        return this.#leave(request)
      case 'switch':
        return this.#switch(request.instance)
      case 'promote':
        return forcePromotion(request.instance, {
          ...this.#options,
          config: this.#options.config(),
          status: () => this.status(),
        })
      case 'maintenance':
        return this.#maintain(request.on)
      case 'reload': {
        const { ok, text } = await this.#options.reload()
        return ok ? { ok, text } : { ok, error: text }
      }
      default:
        return { ok: false, error: `unknown command ${JSON.stringify((request as { command?: unknown }).command)}` }
    }
  }

  async status(): Promise<DaemonStatus> {
    const { questions, servers, databases, config } = this.#options
    return {
      pid: process.pid,
      version: daemonVersion(),
      maintenance: this.maintenance,
      instances: await questions.status(),
      virtualServers: servers.status(config()),
      databases: databases.status(config()),
    }
  }

  async #leave(request: {
    readonly instance: string | null
    readonly holdDownMs: number
    readonly reason: string
  }): Promise<{ ok: boolean; left: readonly Left[] } | { ok: false; error: string }> {
    const names = this.#options.config().instances.map(({ name }) => name)
    const { instance } = request
    if (instance !== null && !names.includes(instance)) return { ok: false, error: `there is no instance ${instance}` }
    const wanted = instance === null ? names : [instance]
    const left = await this.#options.questions.leave(request, wanted, this.demotionMs)
    return { ok: left.every(({ ok }) => ok), left }
  }

  /** Planned handover of what this node holds; answers when the successor is heard. */
  async #switch(instance: string | null): Promise<ControlAnswer> {
    const { questions } = this.#options
    const before = await questions.status()
    if (instance !== null && !before.some(({ name }) => name === instance)) {
      return { ok: false, error: `there is no instance ${instance}` }
    }
    const held = before.filter(({ name, state }) => (instance === null || name === instance) && state === 'MASTER')
    if (held.length === 0) return { ok: false, error: `this node holds nothing to hand over${holdersOf(before)}` }
    const left: Left[] = []
    for (const { name } of held) left.push(await this.#handOver(name))
    return { ok: left.every(({ ok }) => ok), left }
  }

  async #handOver(name: string): Promise<Left> {
    const config = this.#options.config().instances.find((one) => one.name === name)
    if (config !== undefined && !config.nopreempt && config.role === null && !this.maintenance) {
      const reason = 'it would take the address back at once; write nopreempt, or use ctl maintenance on'
      return { instance: name, ok: false, reason }
    }
    const started = Date.now()
    const patienceMs = config === undefined ? 0 : successorMs(config)
    const answer = await this.#leave({ instance: name, holdDownMs: patienceMs, reason: 'ctl switch' })
    if ('error' in answer) return { instance: name, ok: false, reason: answer.error }
    const [left] = answer.left
    if (left === undefined || !left.ok) return left ?? { instance: name, ok: false, reason: 'no answer' }
    const master = await this.#successor(name, started, patienceMs)
    if (master === null) {
      const reason = `it was let go, but nobody has taken it for ${patienceMs / 1000} s: it may come back here now`
      return { instance: name, ok: false, reason }
    }
    const took = `${master.at - started} ms after the request`
    return { instance: name, ok: true, reason: `${master.address} holds it, heard ${took}` }
  }

  async #successor(name: string, since: number, patienceMs: number): Promise<InstanceStatus['master']> {
    const until = Date.now() + patienceMs
    while (Date.now() < until) {
      const master = (await this.#options.questions.status()).find((one) => one.name === name)?.master ?? null
      if (master !== null && master.at > since) return master
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
    return null
  }

  /** @param on null: only asked */
  async #maintain(on: boolean | null): Promise<ControlAnswer> {
    const { maintenanceFile, tellVrrp, events, log } = this.#options
    if (on === null || on === this.maintenance) return { ok: true, maintenance: this.maintenance }
    // First the file: a node that dies now comes back as it was told.
    keepMaintenance(maintenanceFile, on)
    tellVrrp({ t: 'maintenance', on })
    const handover = on ? await this.#handOverAll() : null
    if (handover !== null && !handover.ok) {
      keepMaintenance(maintenanceFile, false)
      tellVrrp({ t: 'maintenance', on: false })
      return handover
    }
    log('info', `Maintenance is ${on ? 'on: this node does not become holder' : 'off'}`)
    events.add({ code: 'maintenance', on })
    return { ok: true, maintenance: on }
  }

  async #handOverAll(): Promise<ControlAnswer | null> {
    const holds = (await this.#options.questions.status()).some(({ state }) => state === 'MASTER')
    return holds ? this.#switch(null) : null
  }
}

/** How long a successor may take; where none comes, this node may hold the address again after it. ms */
function successorMs({ advertInterval, role }: VrrpInstance): number {
  return Math.max(2 * advertInterval * 1000 + 1000, (role?.promoteDeadline ?? 0) * 1000)
}

function holdersOf(instances: readonly InstanceStatus[]): string {
  const known = instances.flatMap(({ name, master }) => (master === null ? [] : [`${name} is at ${master.address}`]))
  return known.length === 0 ? '' : `: ${known.join(', ')}`
}
