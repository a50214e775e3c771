import { endConnectionsFrom } from './fence.ts'
import { AWAY_AFTER_MS } from './judgement.ts'

/** Notices that the peer has gone, once each time, and ends what its server still had open here. */
export class Absence {
  readonly #peer: string
  readonly #port: number
  readonly #log: (level: 'warn', message: string) => void
  #noticed = false

  constructor(options: { peer: string; port: number; log: (level: 'warn', message: string) => void }) {
    this.#peer = options.peer
    this.#port = options.port
    this.#log = options.log
  }

  /** @param silentMs since the peer's last answer; null: it has never been there */
  look(up: boolean, silentMs: number | null): void {
    if (up) this.#noticed = false
    if (up || this.#noticed || silentMs === null || silentMs < AWAY_AFTER_MS) return
    this.#noticed = true
    void endConnectionsFrom(this.#peer, this.#port).then((complaint) => {
      if (complaint !== '') this.#log('warn', `old connections of ${this.#peer} could not be ended: ${complaint}`)
    })
  }
}
