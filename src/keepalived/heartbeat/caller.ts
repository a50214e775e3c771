import type { KeyObject } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { type Beat, CONFIRM_EVERY, LINE_BYTES, writeFrame } from './frame.ts'

export interface CallerOptions {
  readonly host: string
  readonly port: number
  /** Asked for each connection: the password behind it may be a new one. */
  key(): Promise<KeyObject>
}

const RETRY_MS = 200
const CONNECT_TIMEOUT_MS = 1_000
/** Beats under way at most: news of a second ago is none, and a burst of it would be a lie. */
const UNDER_WAY = 3
/** Nothing was confirmed for so long: the line is given up and made anew, since TCP itself would wait for much longer. */
const STALL_MS = 1_000

/** Our line to the peer's daemon: what is said goes out at once, or not at all. */
export class HeartbeatCaller {
  readonly #o: CallerOptions
  #socket: Socket | null = null
  #nonce = ''
  /** Of this connection; null until it stands. */
  #key: KeyObject | null = null
  #said = 0
  #confirmed = 0
  #confirmedAt = 0
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #refusedSince: number | null = null

  constructor(options: CallerOptions) {
    this.#o = options
    this.#call()
  }

  /** Since when the peer's host says, each time it is asked, that nobody listens; performance.now(), null: it does not say so. */
  get refusedSince(): number | null {
    return this.#refusedSince
  }

  say(beat: Beat): void {
    const [socket, key] = [this.#socket, this.#key]
    if (socket === null || key === null || this.#nonce === '') return
    const underWay = this.#said - this.#confirmed
    if (underWay === 0) this.#confirmedAt = performance.now()
    else if (underWay >= CONFIRM_EVERY && performance.now() - this.#confirmedAt > STALL_MS) {
      socket.destroy()
      return
    }
    if (underWay >= UNDER_WAY) return
    this.#said += 1
    socket.write(writeFrame(key, this.#nonce, this.#said, beat))
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#socket?.destroy()
  }

  #call(): void {
    const { host, port } = this.#o
    const socket = connect({ host, port, noDelay: true })
    const deadline = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS)
    this.#socket = socket
    this.#nonce = ''
    this.#key = null
    this.#said = 0
    this.#confirmed = 0
    this.#o.key().then(
      (key) => {
        if (this.#socket === socket) this.#key = key
      },
      () => socket.destroy(),
    )
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      const lines = `${text}${chunk}`.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) this.#hear(line, deadline)
      if (text.length > LINE_BYTES) socket.destroy()
    })
    socket.on('connect', () => {
      this.#refusedSince = null
    })
    // Its close follows.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#refusedSince = error.code === 'ECONNREFUSED' ? (this.#refusedSince ?? performance.now()) : null
    })
    socket.on('close', () => {
      clearTimeout(deadline)
      this.#nonce = ''
      if (!this.#stopped) this.#timer = setTimeout(() => this.#call(), RETRY_MS)
    })
  }

  /** The nonce first, then a counter for every beat that arrived. */
  #hear(line: string, deadline: NodeJS.Timeout): void {
    if (this.#nonce === '') {
      if (!/^[0-9a-f]{32}$/.test(line)) return
      clearTimeout(deadline)
      this.#nonce = line
      return
    }
    const counter = Number(line)
    if (!(counter > this.#confirmed && counter <= this.#said)) return
    this.#confirmed = counter
    this.#confirmedAt = performance.now()
  }
}
