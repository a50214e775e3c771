import type { Config } from '../config/config.ts'
import type { InstanceStatus } from './status.ts'
import type { FromWorker, ToWorker } from './supervision.ts'

export interface Left {
  readonly instance: string
  readonly ok: boolean
  readonly reason: string
}

const STATUS_MS = 3000
/** Besides the demotion: asking the peer, its catching up, the handover itself. */
const LEAVE_MARGIN_MS = 6000

/** Questions to the VRRP worker that its messages answer later. */
export class Questions {
  readonly #ask: (message: ToWorker) => void
  readonly #waiting = new Map<number, (message: FromWorker) => void>()
  // The machine counts its own requests from 1.
  #nextId = 1_000_000

  constructor(ask: (message: ToWorker) => void) {
    this.#ask = ask
  }

  receive(message: FromWorker): void {
    if (message.t === 'status' || message.t === 'left' || message.t === 'reloaded')
      this.#waiting.get(message.id)?.(message)
  }

  /** @throws when the worker doesn't answer in time */
  status(): Promise<readonly InstanceStatus[]> {
    const id = this.#nextId++
    return this.#wait(
      id,
      STATUS_MS,
      (resolve) => (message) => {
        if (message.t === 'status') resolve(message.instances)
      },
      (_, reject) => reject(new Error('the VRRP worker does not answer')),
      () => this.#ask({ t: 'status', id }),
    )
  }

  /** True when the VRRP worker runs on it; false when it does not say so in time. */
  reload(config: Config, demotionMs: number): Promise<boolean> {
    const id = this.#nextId++
    return this.#wait(
      id,
      demotionMs + LEAVE_MARGIN_MS,
      (resolve) => (message) => {
        if (message.t === 'reloaded') resolve(true)
      },
      (resolve) => resolve(false),
      () => this.#ask({ t: 'reload', id, config }),
    )
  }

  /** One answer per instance; those that didn't come in time are refusals. */
  leave(
    request: { readonly instance: string | null; readonly holdDownMs: number; readonly reason: string },
    names: readonly string[],
    demotionMs: number,
  ): Promise<readonly Left[]> {
    const id = this.#nextId++
    const answers = new Map<string, Left>()
    return this.#wait<readonly Left[]>(
      id,
      demotionMs + LEAVE_MARGIN_MS,
      (resolve) => (message) => {
        if (message.t !== 'left') return
        answers.set(message.instance, { instance: message.instance, ok: message.ok, reason: message.reason })
        if (answers.size === names.length) resolve([...answers.values()])
      },
      (resolve) => {
        const late = { ok: false, reason: 'no answer in time' }
        resolve(names.map((instance) => answers.get(instance) ?? { instance, ...late }))
      },
      () => this.#ask({ t: 'leave', id, ...request }),
    )
  }

  #wait<Answer>(
    id: number,
    deadlineMs: number,
    listen: (resolve: (answer: Answer) => void) => (message: FromWorker) => void,
    onLate: (resolve: (answer: Answer) => void, reject: (error: Error) => void) => void,
    ask: () => void,
  ): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => onLate(resolve, reject), deadlineMs)
      const done = (answer: Answer): void => {
        clearTimeout(timer)
        resolve(answer)
      }
      this.#waiting.set(id, listen(done))
      ask()
    }).finally(() => this.#waiting.delete(id))
  }
}
