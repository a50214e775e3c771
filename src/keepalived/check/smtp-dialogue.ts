/** What a server may say before its reply must be over; RFC 5321 asks for 512 bytes a line. */
const LONGEST_REPLY = 16_384

/** What to do after some bytes: send this, it went well, it did not (why, in a few words), or wait for more. */
export type Turn =
  | { readonly send: string }
  | { readonly done: true }
  | { readonly fault: string }
  | { readonly more: true }

/** @returns null while the reply is not over; code 0 for what is no reply */
function replyOf(text: string): { readonly code: number; readonly line: string; readonly rest: string } | null {
  for (let at = 0; ; ) {
    const end = text.indexOf('\n', at)
    if (end === -1) return null
    const line = text.slice(at, end).trimEnd()
    const match = /^([2-5]\d\d)([ -]|$)/.exec(line)
    at = end + 1
    // With a hyphen another line follows.
    if (match?.[2] !== '-') return { code: Number(match?.[1] ?? 0), line, rest: text.slice(at) }
  }
}

/** The talk with a mail server, as keepalived's: its greeting (220), HELO (250), QUIT. Pure. */
export class SmtpDialogue {
  readonly #helo: string
  #text = ''
  #step: 'greeting' | 'HELO' | 'QUIT' = 'greeting'

  constructor(helo: string) {
    this.#helo = helo
  }

  take(bytes: Uint8Array): Turn {
    this.#text += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    const reply = replyOf(this.#text)
    if (reply === null) {
      return this.#text.length > LONGEST_REPLY ? { fault: `${this.#step}: no end of its reply` } : { more: true }
    }
    this.#text = reply.rest
    const step = this.#step
    // Whatever it says to QUIT: it has been good until then.
    if (step === 'QUIT') return { done: true }
    if (reply.code !== (step === 'greeting' ? 220 : 250)) {
      return { fault: `${step}: ${reply.line.replace(/[^\x20-\x7e]/g, '?').slice(0, 80)}` }
    }
    this.#step = step === 'greeting' ? 'HELO' : 'QUIT'
    return { send: step === 'greeting' ? `HELO ${this.#helo}\r\n` : 'QUIT\r\n' }
  }

  /** The server has closed the connection. */
  end(): Turn {
    return this.#step === 'QUIT' ? { done: true } : { fault: `${this.#step}: connection closed` }
  }
}
