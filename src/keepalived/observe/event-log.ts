import type { DaemonEvent, EventBody } from './daemon-event.ts'

const KEPT = 200

/** The last events, for who asks, and each new one for who follows. */
export class EventLog {
  #recent: readonly DaemonEvent[] = []
  readonly #followers = new Set<(event: DaemonEvent) => void>()

  get recent(): readonly DaemonEvent[] {
    return this.#recent
  }

  /** @param at Unix time in ms */
  add(body: EventBody, at = Date.now()): void {
    const event: DaemonEvent = { at: new Date(at).toISOString(), ...body }
    this.#recent = [...this.#recent.slice(1 - KEPT), event]
    for (const follower of this.#followers) follower(event)
  }

  /** @returns ends it */
  follow(follower: (event: DaemonEvent) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }
}
