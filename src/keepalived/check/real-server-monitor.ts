import type { Check, RealServer, VirtualServer } from '../config/config.ts'
import { probeHttp } from './http-probe.ts'
import { pause } from './pause.ts'
import { countAttempt, initialRetry } from './retry.ts'
import { probeTcp, type TcpTarget } from './tcp-probe.ts'

export interface RealServerOptions {
  readonly server: RealServer
  readonly virtual: VirtualServer
  /** Called on changes of the server as a whole; the first call is the first verdict. */
  readonly onChange: (up: boolean, reason: string) => void
}

function targetOf(check: Check, server: RealServer): TcpTarget {
  return {
    host: check.connectIp ?? server.address,
    port: check.connectPort ?? server.port,
    bindto: check.bindto,
    timeoutMs: check.connectTimeout * 1000,
  }
}

/** All checks of one real server: it is up when each of them is. A change of one is a change of the whole, or nothing. */
export class RealServerMonitor {
  readonly #options: RealServerOptions
  readonly #abort = new AbortController()
  readonly #checks: { up: boolean; decided: boolean }[]
  readonly #running: Promise<void>
  #said: boolean | null = null

  constructor(options: RealServerOptions) {
    this.#options = options
    const { server } = options
    this.#checks = server.checks.map(() => ({ up: !server.alpha, decided: false }))
    if (server.alpha && server.checks.length > 0) this.#say(false, 'alpha: no success yet')
    this.#running = Promise.all(server.checks.map((check, index) => this.#check(check, index))).then(() => {})
  }

  async #check(check: Check, index: number): Promise<void> {
    const { server, virtual } = this.#options
    const { signal } = this.#abort
    const target = targetOf(check, server)
    const rule = { ...check, delayLoop: virtual.delayLoop }
    let state = initialRetry(server.alpha)
    while (!signal.aborted) {
      const fault = check.type === 'TCP_CHECK' ? await probeTcp(target, signal) : await probeHttp(target, check, signal)
      if (signal.aborted) return
      const counted = countAttempt(state, fault === null, rule)
      state = counted.state
      if (counted.change !== null) {
        this.#checks[index] = { up: counted.change === 'up', decided: true }
        const what = `${check.type === 'TCP_CHECK' ? 'TCP' : check.type} ${target.host}:${target.port}`
        this.#review(fault === null ? `${what} answers` : `${what}: ${fault}`)
      }
      await pause(counted.delay * 1000, signal)
    }
  }

  #review(reason: string): void {
    const up = this.#checks.every((check) => check.up)
    // While it is taken as up, the first word is for all checks together.
    if (up && this.#said === null && !this.#checks.every((check) => check.decided)) return
    this.#say(up, reason)
  }

  #say(up: boolean, reason: string): void {
    if (this.#said === up) return
    this.#said = up
    this.#options.onChange(up, reason)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }
}
