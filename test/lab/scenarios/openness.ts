import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { initOf } from '../../../src/lab/machine.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import { readCredentials } from '../../../src/mysql/option-file.ts'
import { openSession, type WatchedSession } from '../../../src/mysql/session.ts'

interface Span {
  readonly from: number
  to: number
}

const PAUSE_MS = 10

/** Looks without a pause whether each of two servers takes writes, over its socket: also of a host that is cut off. */
export class Openness {
  readonly #spans = new Map<LabHost, Span[]>()
  readonly #socket: string
  readonly #running: Promise<unknown>
  #stopped = false
  samples = 0

  constructor(hosts: readonly LabHost[], socket: string) {
    this.#socket = socket
    this.#running = Promise.all(hosts.map((host) => this.#watch(host)))
  }

  /** @returns ms during which both were open for sure */
  async stop(): Promise<number> {
    this.#stopped = true
    await this.#running
    const [one = [], two = []] = [...this.#spans.values()]
    return one.reduce(
      (sum, a) => two.reduce((part, b) => part + Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from)), sum),
      0,
    )
  }

  async #watch(host: LabHost): Promise<void> {
    const spans: Span[] = []
    this.#spans.set(host, spans)
    let session: WatchedSession | null = null
    let open: Span | null = null
    while (!this.#stopped) {
      try {
        session ??= await this.#connect(host)
        const sent = performance.now()
        const [row] = await session.query('SELECT @@global.read_only AS closed')
        this.samples += 1
        if (row?.closed !== '0') open = null
        else if (open === null) {
          open = { from: performance.now(), to: performance.now() }
          spans.push(open)
        } else open.to = Math.max(open.to, sent)
        await delay(PAUSE_MS)
      } catch {
        session?.close()
        session = null
        open = null
        await delay(50)
      }
    }
    session?.close()
  }

  async #connect(host: LabHost): Promise<WatchedSession> {
    const init = initOf(host)
    if (init === null) throw new Error(`${host.name} is off`)
    return openSession({
      target: { socket: `/proc/${init}/root${this.#socket}` },
      credentials: await readCredentials(join(host.root, 'etc/mmha/role.cnf')),
      connectTimeoutMs: 500,
      queryTimeoutMs: 1000,
    })
  }
}
