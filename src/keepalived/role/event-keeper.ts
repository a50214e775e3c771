import { enableEvents, readEvents, setEventScheduler } from '../../mysql/events.ts'
import type { PairLine } from '../heartbeat/pair-line.ts'
import type { LocalServer } from './server.ts'
import type { StateFile } from './state-file.ts'

/** How often the holder's daemon looks which events are on. */
const LOOK_MS = 2_000
/** ms after a promotion in which clients come back: they go first. */
const CLIENTS_FIRST_MS = 200

export interface EventKeeperOptions {
  readonly state: Pick<StateFile, 'read' | 'update'>
  readonly line: Pick<PairLine, 'tellEvents' | 'peerEvents'>
  log(level: 'info' | 'warn', message: string): void
}

/** Events run where the address is. */
export class EventKeeper {
  readonly #o: EventKeeperOptions
  #lookedAt = Number.NEGATIVE_INFINITY
  /** When events are to begin, performance.now(); null: nothing is to be begun. */
  #startAt: number | null = null

  constructor(options: EventKeeperOptions) {
    this.#o = options
  }

  /** This node has become the holder. A round soon after begins its events. */
  promoted(): void {
    this.#startAt = performance.now() + CLIENTS_FIRST_MS
  }

  /**
   * In each round: the holder tells which are on; the standby keeps that for the day when it is promoted.
   * @param holder is this node still the holder? @throws SqlError
   */
  async look(server: Pick<LocalServer, 'actor' | 'reader'>, holder: () => boolean): Promise<void> {
    const { line, state } = this.#o
    if (!holder()) {
      line.tellEvents(null)
      if (line.peerEvents !== null) await state.update({ events: line.peerEvents })
    } else if (this.#startAt !== null) {
      if (performance.now() < this.#startAt) return
      await this.#start(server, holder)
      this.#startAt = null
    } else if (performance.now() - this.#lookedAt >= LOOK_MS) {
      this.#lookedAt = performance.now()
      line.tellEvents(await readEvents(server.reader))
    }
  }

  /** Where the connection goes meanwhile, a later round begins again. */
  async #start(server: Pick<LocalServer, 'actor'>, wanted: () => boolean): Promise<void> {
    const { line, state, log } = this.#o
    await setEventScheduler(server.actor, true)
    const states = line.peerEvents ?? (await state.read()).events
    const { enabled, left } = await enableEvents(server.actor, states, wanted)
    if (enabled > 0) log('info', `${enabled} event${enabled === 1 ? '' : 's'} of the other server turned on here`)
    for (const one of left) log('warn', `the event ${one}; left off: ALTER EVENT … ENABLE, or DISABLE`)
  }

  /** After a demotion. @throws SqlError when the connection goes */
  async stop(server: Pick<LocalServer, 'actor'>): Promise<void> {
    this.#startAt = null
    this.#lookedAt = Number.NEGATIVE_INFINITY
    this.#o.line.tellEvents(null)
    await setEventScheduler(server.actor, false)
  }
}
