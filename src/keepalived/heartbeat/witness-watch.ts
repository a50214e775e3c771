import { EchoSocket } from '../linux/echo-socket.ts'
import { SyscallError } from '../linux/native.ts'
import { ipv4Bytes } from '../vrrp/address.ts'
import { type Connection, connectionOf } from './isolation.ts'

export interface WitnessWatchOptions {
  /** IPv4; any of them is enough. */
  readonly witnesses: readonly string[]
  readonly afterMs: number
  /** When the peer was heard from last; performance.now(), null: never. */
  peerAt(): number | null
  /** The first verdict, then changes between connected and cut off. */
  onChange(cutOff: boolean, first: boolean): void
  log(level: 'info' | 'warn', message: string): void
}

/** Pings in the time that may pass without an answer. */
const PINGS = 5

/** Asks the witnesses all the time, so that in the moment of need the answer is known. */
export class WitnessWatch {
  readonly #o: WitnessWatchOptions
  readonly #addresses: readonly Uint8Array[]
  readonly #socket: EchoSocket
  readonly #timer: NodeJS.Timeout
  #since = performance.now()
  #lookedAt = performance.now()
  #witnessAt: number | null = null
  /** null: not told yet. */
  #cutOff: boolean | null = null
  #told = ''

  /** @throws SyscallError without CAP_NET_RAW */
  constructor(options: WitnessWatchOptions) {
    this.#o = options
    this.#addresses = options.witnesses.map(ipv4Bytes)
    const known = new Set(options.witnesses)
    this.#socket = new EchoSocket(process.pid, (from) => {
      if (!known.has(from)) return
      this.#witnessAt = performance.now()
      this.#judge()
    })
    this.#timer = setInterval(() => this.#ask(), options.afterMs / PINGS)
    this.#ask()
  }

  get connection(): Connection {
    const contacts = { peerAt: this.#o.peerAt(), witnessAt: this.#witnessAt, since: this.#since }
    return connectionOf(contacts, this.#o.afterMs, performance.now())
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#socket.close()
  }

  #ask(): void {
    const now = performance.now()
    // We slept ourselves: what came meanwhile has not been read yet, so the count begins anew.
    if (now - this.#lookedAt > this.#o.afterMs / 2) this.#since = now
    this.#lookedAt = now
    for (const address of this.#addresses) {
      try {
        this.#socket.send(address)
        this.#told = ''
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error
        if (error.message !== this.#told) this.#o.log('warn', `witness: ${error.message}`)
        this.#told = error.message
      }
    }
    this.#judge()
  }

  #judge(): void {
    const { connection } = this
    // In between nothing changes.
    if (connection === 'doubtful' || (connection === 'cut-off') === this.#cutOff) return
    const first = this.#cutOff === null
    this.#cutOff = connection === 'cut-off'
    this.#o.onChange(this.#cutOff, first)
  }
}
