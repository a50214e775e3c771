import { type KeyObject, randomBytes } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { type Beat, CONFIRM_EVERY, LINE_BYTES, readFrame } from './frame.ts'

export interface ListenerOptions {
  readonly port: number
  /** Asked for each connection: the password behind it may be a new one. */
  key(): Promise<KeyObject>
  /** The only address that is listened to; null: it has a name only, so the key alone tells. */
  readonly peer: string | null
  onBeat(beat: Beat): void
  log(level: 'info' | 'warn', message: string): void
}

const RETRY_MS = 2_000
/** The peer has one line; one more may come before the end of the old one was noticed. */
const LINES = 4
/** A line that says nothing for so long is dead, ms. */
const SILENCE_MS = 10_000

/** Where the peer's daemon calls: what it says with the right key is passed on, nothing else. */
export class HeartbeatListener {
  readonly #o: ListenerOptions
  readonly #server: Server
  readonly #lines = new Set<Socket>()
  #timer: NodeJS.Timeout | undefined
  #told = ''

  constructor(options: ListenerOptions) {
    this.#o = options
    this.#server = createServer((socket) => this.#accept(socket))
    this.#server.on('error', (error) => {
      this.#complain(`can't listen on port ${options.port}: ${error.message}`)
      this.#timer = setTimeout(() => this.#listen(), RETRY_MS)
    })
    this.#listen()
  }

  /** Where it listens; null: not yet. */
  get port(): number | null {
    const address = this.#server.address()
    return address === null || typeof address === 'string' ? null : address.port
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const socket of this.#lines) socket.destroy()
    this.#server.close()
  }

  #listen(): void {
    this.#server.listen(this.#o.port)
  }

  #accept(socket: Socket): void {
    const from = socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
    if (this.#o.peer !== null && from !== this.#o.peer) {
      this.#complain(`a stranger called from ${from}`)
      socket.destroy()
      return
    }
    if (this.#lines.size >= LINES) {
      const [oldest] = this.#lines
      oldest?.destroy()
    }
    this.#lines.add(socket)
    socket.setNoDelay(true)
    socket.setTimeout(SILENCE_MS, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('close', () => this.#lines.delete(socket))
    this.#o.key().then(
      (key) => this.#hear(socket, from, key),
      (error: Error) => {
        this.#complain(`no key: ${error.message}`)
        socket.destroy()
      },
    )
  }

  #hear(socket: Socket, from: string, key: KeyObject): void {
    const nonce = randomBytes(16).toString('hex')
    let counter = 0
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        const frame = readFrame(key, nonce, counter, line)
        if (frame === null) {
          this.#complain(
            `${from} has another key or speaks something else; are the passwords of peer_credentials the same?`,
          )
          socket.destroy()
          return
        }
        counter = frame.counter
        // Tells the caller that its line carries still.
        if (counter % CONFIRM_EVERY === 0) socket.write(`${counter}\n`)
        this.#o.onBeat(frame.beat)
      }
      if (text.length > LINE_BYTES) socket.destroy()
    })
    socket.write(`${nonce}\n`)
  }

  /** Once, not for every attempt. */
  #complain(text: string): void {
    if (text !== this.#told) this.#o.log('warn', `heartbeat: ${text}`)
    this.#told = text
  }
}
