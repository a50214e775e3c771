import { EXIT, MmhaError } from '../events/error.ts'
import type { MmhaEvent, Sink } from '../events/event.ts'
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
  readonly #running = new Map<string, string>()
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

  #note({ code, host, message }: MmhaEvent): void {
    if (host === undefined) return
    if (code === 'step.begin') this.#running.set(host, message)
    if (code === 'step.changed' || code === 'step.failed') this.#running.delete(host)
    if (code === 'step.changed') this.#changed += 1
  }

  #stop(): void {
    const hosts = [...this.#atWork].map(({ name }) => name).join(' and ')
    const message =
      hosts === '' ? 'interrupted' : `interrupted: the step that runs on ${hosts} ends first (again: leave at once)`
    this.#sink({ code: 'run.interrupted', level: 'warn', message, data: { waits: hosts !== '' } })
    if (hosts === '') this.#cut.abort()
    // A host that can't be told so any more has nothing to be waited for.
    for (const connection of this.#atWork) stopSteps(connection).catch(() => this.#cut.abort())
  }

  #error(cause?: unknown): MmhaError {
    const done = this.#changed === 0 ? 'no step was done' : `steps that are done: ${this.#changed}`
    const running = [...this.#running].map(([host, title]) => `${title} (${host})`).join(', ')
    const left = running === '' ? '' : `; left to end there by itself: ${running}`
    return new MmhaError(`interrupted: ${done}${left}`, {
      code: 'INTERRUPTED',
      source: 'user',
      exit: EXIT.cancelled,
      hint: 'run the same command again: it goes on where this one stopped',
      cause,
    })
  }
}
