import type { ServerSnapshot } from '../../mysql/snapshot.ts'
import type { LocalServer } from './server.ts'

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

/** Where the address is not, nobody writes, whoever opened the server. */
export class ClosedKeeper {
  readonly #log: Log
  #told = false

  constructor(log: Log) {
    this.#log = log
  }

  /** @returns the snapshot, closed when this had to be done. @throws SqlError */
  async keep(server: LocalServer, mine: ServerSnapshot, holder: boolean): Promise<ServerSnapshot> {
    if (mine.closed === !holder) {
      this.#told = false
      return mine
    }
    if (holder) {
      if (!this.#told) this.#log('warn', 'somebody has set read_only on the holder: clients cannot write')
      this.#told = true
      return mine
    }
    const ended = await server.close()
    this.#log('warn', `this node does not hold the address, but was open for writes: closed, ${ended} sessions ended`)
    return { ...mine, closed: true }
  }
}
