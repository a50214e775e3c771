import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import type { ToCheck, ToVrrp } from '../../../src/keepalived/process/messages.ts'
import { execIn, initOf, onConsole } from '../../../src/lab/machine.ts'
import type { LabHost } from '../../../src/lab/state.ts'

export type Said = ToVrrp | { readonly t: 'log'; readonly level: string; readonly text: string }

const RUNNER = '/usr/lib/mmha-test/runner.mjs'

/** The role on one host, with this test in the place of VRRP. */
export class RoleNode {
  readonly host: LabHost
  readonly said: { readonly at: number; readonly message: Said }[] = []
  readonly #child: ChildProcess
  readonly #events = new EventEmitter()
  #id = 0

  constructor(host: LabHost) {
    this.host = host
    this.#events.setMaxListeners(50)
    const init = initOf(host)
    if (init === null) throw new Error(`${host.name} is off`)
    const argv = ['/usr/lib/mmha-test/node', RUNNER, '/etc/mmha/config.json']
    const [command, ...args] = onConsole(init, argv)
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const output = this.#child.stdout
    if (output === null) throw new Error('no stdout')
    createInterface({ input: output }).on('line', (line) => {
      const message = JSON.parse(line) as Said
      this.said.push({ at: performance.now(), message })
      if (process.env.MMHA_ROLE_TRACE) {
        process.stderr.write(`${performance.now().toFixed(0)} ${host.name} ${line}\n`)
      }
      this.#events.emit('said')
    })
    this.state('BACKUP')
  }

  state(state: 'MASTER' | 'BACKUP' | 'FAULT'): void {
    this.#send({ t: 'state', instance: 'VI_1', state, priority: 254, at: Date.now() })
  }

  /** As VRRP tells of each advert that it sends. */
  advert(priority: number): void {
    this.#send({ t: 'advert', instance: 'VI_1', priority })
  }

  /** Resolves when a tracker is said to be up, or down. */
  untilTrack(tracker: RegExp, up: boolean, since = 0, ms = 60_000) {
    const fits = (m: Said): m is Said & { t: 'track' } => m.t === 'track' && tracker.test(m.tracker) && m.up === up
    return this.until(fits, since, ms)
  }

  /** Resolves with the first message that fits, of those said since `since` (an index into `said`). */
  async until<T extends Said>(
    fits: (message: Said) => message is T,
    since = 0,
    ms = 60_000,
  ): Promise<{ at: number; message: T }> {
    const timeout = AbortSignal.timeout(ms)
    for (let i = since; ; i++) {
      while (i >= this.said.length) await once(this.#events, 'said', { signal: timeout })
      const one = this.said[i]
      if (one !== undefined && fits(one.message)) return { at: one.at, message: one.message }
    }
  }

  untilLog(pattern: RegExp, since = 0, ms = 60_000) {
    return this.until((m): m is Said & { t: 'log' } => m.t === 'log' && pattern.test(m.text), since, ms)
  }

  /** Has it said such a line since? */
  logged(pattern: RegExp, since: number): boolean {
    return this.said.slice(since).some(({ message }) => message.t === 'log' && pattern.test(message.text))
  }

  untilGate(open: boolean, since = 0, ms = 60_000) {
    return this.until((m): m is Said & { t: 'gate' } => m.t === 'gate' && m.open === open, since, ms)
  }

  /** Asks for promotion as VRRP would, and says MASTER when it is granted. @returns ms it took */
  async promote(): Promise<{ ok: boolean; reason: string; ms: number }> {
    const id = ++this.#id
    const since = this.said.length
    const start = performance.now()
    this.#send({ t: 'promote', instance: 'VI_1', id, deadlineMs: 3000, farewell: false })
    const { message, at } = await this.until(
      (m): m is Said & { t: 'promoted' } => m.t === 'promoted' && m.id === id,
      since,
    )
    if (message.ok) this.state('MASTER')
    return { ok: message.ok, reason: message.reason, ms: at - start }
  }

  async demote(): Promise<{ ok: boolean; reason: string; ms: number }> {
    const id = ++this.#id
    const since = this.said.length
    const start = performance.now()
    this.#send({ t: 'demote', instance: 'VI_1', id, reason: 'test' })
    const { message, at } = await this.until(
      (m): m is Said & { t: 'demoted' } => m.t === 'demoted' && m.id === id,
      since,
    )
    this.state('BACKUP')
    return { ok: message.ok, reason: message.reason, ms: at - start }
  }

  async leave(): Promise<{ ok: boolean; reason: string; ms: number }> {
    const id = ++this.#id
    const since = this.said.length
    const start = performance.now()
    this.#send({ t: 'leave', instance: 'VI_1', id, holdDownMs: 1000, reason: 'test' })
    const { message, at } = await this.until(
      (m): m is Said & { t: 'leave' | 'leaveRefused' } => (m.t === 'leave' || m.t === 'leaveRefused') && m.id === id,
      since,
    )
    if (message.t === 'leave') this.state('BACKUP')
    return { ok: message.t === 'leave', reason: message.reason, ms: at - start }
  }

  /** As the kernel ends it: nothing is put in order. */
  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit')
    await execIn(this.host, ['pkill', '-KILL', '-f', RUNNER])
    await exited
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.stdin?.end()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    await exited
    clearTimeout(timer)
  }

  #send(message: ToCheck): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`)
  }
}
