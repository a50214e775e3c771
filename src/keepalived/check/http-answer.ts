import { createHash } from 'node:crypto'

const MAX_HEAD = 65536

/** What came of one page. `digest` is the MD5 of its body in hex, with the framing of chunks where there is one, as keepalived. */
export interface HttpAnswer {
  readonly status: number
  /** Status line and headers, CRLF between them. */
  readonly head: string
  readonly digest: string
  /** The kept part of the body. */
  readonly kept: Buffer
}

/** Bytes of the body that are kept, beside its digest. */
export interface Keep {
  readonly from: number
  readonly length: number
}

export const KEEP_NOTHING: Keep = { from: 0, length: 0 }

/** Reads one answer as its bytes come; the body is digested. */
export class HttpAnswerReader {
  #head = Buffer.alloc(0)
  #status: number | null = null
  /** Bytes of the body still to come; null: until the connection ends. */
  #left: number | null = null
  readonly #hash = createHash('md5')
  readonly #keep: Keep
  #kept: Buffer[] = []
  #read = 0
  #headText = ''

  constructor(keep: Keep = KEEP_NOTHING) {
    this.#keep = keep
  }

  /** @returns whether the body is complete; @throws Error when this is no answer of HTTP. */
  take(bytes: Buffer): boolean {
    if (this.#status !== null) return this.#body(bytes)
    this.#head = Buffer.concat([this.#head, bytes])
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0 && this.#head.length > MAX_HEAD) throw new Error(`no end of the headers in ${MAX_HEAD} bytes`)
    if (end < 0) return false
    const head = this.#head.toString('latin1', 0, end)
    const status = /^HTTP\/1\.[01] (\d{3})(?: |\r|$)/.exec(head)?.[1]
    if (status === undefined) throw new Error('no answer of HTTP')
    this.#status = Number(status)
    this.#headText = head
    const length = /^content-length:[ \t]*(\d+)[ \t]*$/im.exec(head.replaceAll('\r', ''))?.[1]
    // These have no body, whatever their headers say.
    this.#left = status === '204' || status === '304' ? 0 : length === undefined ? null : Number(length)
    return this.#body(this.#head.subarray(end + 4))
  }

  #body(bytes: Buffer): boolean {
    const own = this.#left === null ? bytes : bytes.subarray(0, this.#left)
    this.#hash.update(own)
    const { from, length } = this.#keep
    const part = own.subarray(Math.max(0, from - this.#read), Math.max(0, from + length - this.#read))
    if (part.length > 0) this.#kept.push(part)
    this.#read += own.length
    if (this.#left !== null) this.#left -= own.length
    return this.#left === 0
  }

  /** The connection ended, or the body is complete. @throws Error when something is missing. */
  finish(): HttpAnswer {
    if (this.#status === null) throw new Error('closed without an answer')
    if (this.#left !== null && this.#left > 0) throw new Error(`closed ${this.#left} bytes before the end of the page`)
    return {
      status: this.#status,
      head: this.#headText,
      digest: this.#hash.digest('hex'),
      kept: Buffer.concat(this.#kept),
    }
  }
}
