import { connect, type Socket } from 'node:net'
import { bareAddress, dotStuffed, type Envelope } from './mail.ts'

export interface Relay {
  readonly host: string
  readonly port: number
  readonly heloName: string
  /** ms for the connection, and for each reply. */
  readonly timeoutMs: number
}

/** No reply of a relay is longer; more is not SMTP. */
const MOST_REPLY = 64 * 1024

/** The replies of a relay, one after the other, and the commands to it. */
class Conversation {
  readonly #socket: Socket
  readonly #timeoutMs: number
  #text = ''
  #ended: Error | null = null
  #wake: () => void = () => {}

  constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket
    this.#timeoutMs = timeoutMs
    socket.setEncoding('utf8')
    const end = (error: Error) => {
      this.#ended ??= error
      this.#wake()
    }
    socket.on('data', (chunk) => {
      this.#text += String(chunk)
      if (this.#text.length > MOST_REPLY) end(new Error('the relay talks without end'))
      this.#wake()
    })
    socket.on('error', end)
    socket.on('close', () => end(new Error('the relay closed the connection')))
  }

  /** A whole reply, `250-…` lines with it; null: not there yet. */
  #reply(): string | null {
    const match = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(this.#text)
    if (match === null) {
      if (/^(?!\d{3}[ \r\n-])[^\n]*\n/.test(this.#text)) throw new Error(`not SMTP: ${this.#text.slice(0, 80).trim()}`)
      return null
    }
    this.#text = this.#text.slice(match[0].length)
    return match[0].trim()
  }

  /** Waits for the next reply and wants it to start with `code`. */
  async expect(code: string, after: string): Promise<void> {
    const deadline = performance.now() + this.#timeoutMs
    for (;;) {
      const reply = this.#reply()
      if (reply !== null) {
        if (reply.startsWith(code)) return
        throw new Error(`the relay refused ${after}: ${reply}`)
      }
      if (this.#ended !== null) throw this.#ended
      const left = deadline - performance.now()
      if (left <= 0) throw new Error(`no reply to ${after} for ${this.#timeoutMs / 1000} s`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  send(line: string): void {
    this.#socket.write(`${line}\r\n`)
  }

  async ask(line: string, code: string): Promise<void> {
    this.send(line)
    await this.expect(code, line.split(/[ :]/)[0] ?? line)
  }
}

/**
 * Delivers one message in plain SMTP as keepalived does: HELO, MAIL, RCPT, DATA, QUIT. No AUTH, no TLS.
 * Rejects with an Error that says which step the relay refused, or did not answer. `signal` cuts it off.
 */
export async function deliver(relay: Relay, envelope: Envelope, message: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new Error('cut off')
  const socket = connect({ host: relay.host, port: relay.port })
  const cut = () => socket.destroy(new Error('cut off'))
  signal.addEventListener('abort', cut, { once: true })
  try {
    const conversation = new Conversation(socket, relay.timeoutMs)
    await conversation.expect('220', 'the connection')
    await conversation.ask(`HELO ${relay.heloName}`, '250')
    await conversation.ask(`MAIL FROM:<${bareAddress(envelope.from)}>`, '250')
    for (const to of envelope.to) await conversation.ask(`RCPT TO:<${bareAddress(to)}>`, '25')
    await conversation.ask('DATA', '354')
    await conversation.ask(`${dotStuffed(message)}.`, '250')
    conversation.send('QUIT')
  } finally {
    signal.removeEventListener('abort', cut)
    socket.end()
    socket.destroySoon()
  }
}
