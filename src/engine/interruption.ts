import { EXIT, MmhaError } from '../events/error.ts'
import type { MmhaEvent, Sink } from '../events/event.ts'
import { joined, type Text, told } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import type { Connection } from '../hosts/connection.ts'
import { stopSteps } from '../hosts/run-sections.ts'

/** How a run is told to end early. */
export interface Interrupt {
  /** Aborted: the steps that run end first, no other begins. */
  readonly stop: AbortSignal
  /** Aborted: connections end at once; what runs on the hosts ends there by itself. */
  readonly now: AbortSignal
}

/** Ends a run early, and knows what it had done by then. */
export class Interruption {
  readonly #interrupt: Interrupt
  readonly #sink: Sink
  readonly #cut = new AbortController()
  readonly #atWork = new Set<Connection>()
  /** Host → title of the step that runs there. */
  readonly #running = new Map<string, Text>()
  #changed = 0

  constructor(interrupt: Interrupt, sink: Sink) {
    this.#interrupt = interrupt
    this.#sink = sink
    interrupt.stop.addEventListener('abort', () => this.#stop(), { once: true })
    interrupt.now.addEventListener('abort', () => this.#cut.abort(), { once: true })
    if (interrupt.stop.aborted || interrupt.now.aborted) this.#cut.abort()
  }

  /** For all connections of the run: aborted, they end. */
  get cut(): AbortSignal {
    return this.#cut.signal
  }

  /** Hears every event of the run, and hands it on. */
  readonly sink: Sink = (event) => {
    this.#note(event)
    this.#sink(event)
  }

  /** Runs the steps of one host. @throws MmhaError INTERRUPTED when they were to stop, before or meanwhile */
  async steps(connection: Connection, work: () => Promise<void>): Promise<void> {
    this.check()
    this.#atWork.add(connection)
    try {
      await work()
    } finally {
      this.#atWork.delete(connection)
    }
    this.check()
  }

  /** @throws MmhaError INTERRUPTED (exit 130) when the run is to end */
  check(): void {
    if (this.#asked) throw this.#error()
  }

  /** What to throw for an error of this run: of one that was to end, most errors are only its end. */
  because(error: unknown): unknown {
    return this.#asked && !(error instanceof MmhaError && error.code === 'STEP_FAILED') ? this.#error(error) : error
  }

  get #asked(): boolean {
    return this.#interrupt.stop.aborted || this.#interrupt.now.aborted
  }

  #note({ code, host, message, said }: MmhaEvent): void {
    if (host === undefined) return
    if (code === 'step.begin') this.#running.set(host, said ?? message)
    if (code === 'step.changed' || code === 'step.failed') this.#running.delete(host)
    if (code === 'step.changed') this.#changed += 1
  }

  #stop(): void {
    const hosts = [...this.#atWork].map(({ name }) => name)
    const text = hosts.length === 0 ? frame('interrupt.now') : frame('interrupt.waits', { hosts: hosts.join(', ') })
    this.#sink({ code: 'run.interrupted', level: 'warn', ...told(text), data: { waits: hosts.length > 0 } })
    if (hosts.length === 0) this.#cut.abort()
    // A host that can't be told so any more has nothing to be waited for.
    for (const connection of this.#atWork) stopSteps(connection).catch(() => this.#cut.abort())
  }

  #error(cause?: unknown): MmhaError {
    const count = this.#changed
    const done = count === 0 ? frame('interrupt.none-done') : frame('interrupt.some-done', { count })
    const running = [...this.#running].map(([host, title]) => frame('interrupt.step', { title, host }))
    const left = running.length === 0 ? '' : frame('interrupt.left', { steps: joined(running, 'comma') })
    return new MmhaError(frame('interrupt.error', { done, left }), {
      code: 'INTERRUPTED',
      source: 'user',
      exit: EXIT.cancelled,
      hint: frame('error.go-on'),
      cause,
    })
  }
}
