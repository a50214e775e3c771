import type { ServerSnapshot, ServerStanding } from '../../mysql/snapshot.ts'
import { isUnheld } from './judgement.ts'
import type { PeerView } from './peer.ts'
import type { Outcome } from './role-change.ts'

/** For the peer's database to be logged in to, ms: where nobody has ever held the address, closing can wait for so long. */
const FIRST_ANSWER_MS = 2_000

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

/** Where the address is not, nobody writes, whoever opened the server: from the pair's first holder on. */
export class ClosedKeeper {
  readonly #log: Log
  readonly #since = performance.now()
  #told = false
  #left = false
  #peerSeen = false

  constructor(log: Log) {
    this.#log = log
  }

  /**
   * @param close as before the address goes: commits that wait for a standby end with the server, or it would stay open for ever
   * @returns the snapshot, closed when this had to be done. @throws when it could not be done, or the server ended with it
   */
  async keep(
    mine: ServerSnapshot,
    peer: PeerView,
    holder: boolean,
    close: () => Promise<Outcome>,
    look: () => Promise<ServerStanding>,
  ): Promise<ServerSnapshot> {
    if (mine.closed === !holder) {
      this.#told = false
      return mine
    }
    if (holder) {
      if (!this.#told) this.#log('warn', 'somebody has set read_only on the holder: clients cannot write')
      this.#told = true
      return mine
    }
    this.#peerSeen ||= peer.state === 'up'
    // The first answer of the peer may take longer than a round waits.
    if (mine.epoch === null && !this.#peerSeen && performance.now() - this.#since < FIRST_ANSWER_MS) return mine
    if (isUnheld(mine, peer)) {
      if (!this.#left) this.#log('info', 'left open: clients write here, and nobody has held the address yet')
      this.#left = true
      return mine
    }
    const { ok, reason } = await close()
    const said = `this node does not hold the address, but was open for writes: ${reason}`
    if (!ok) throw new Error(said)
    this.#log('warn', said)
    // One that was killed for it does not answer, and nothing more is to be done or written down in this round.
    return { ...mine, ...(await look()) }
  }
}
