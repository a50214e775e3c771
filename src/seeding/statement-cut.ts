import { Transform, type TransformCallback } from 'node:stream'

/** No server writes a longer statement about its GTIDs. */
const LONGEST = 64 * 1024 * 1024
const END = Buffer.from(';\n')

/**
 * Takes the one statement that begins with `marker` at the beginning of a line out of a dump that passes through, and
 * keeps it. Rows hold no line breaks in a dump (they are escaped), so that no user's data looks like it.
 */
export class StatementCut extends Transform {
  readonly #marker: Buffer
  #rest: Buffer = Buffer.from('\n')
  /** Before the first byte goes out: that line break of ours. */
  #first = true
  #found: string | null = null

  constructor(marker: string) {
    super()
    this.#marker = Buffer.from(`\n${marker}`)
  }

  /** null: not come yet. */
  get found(): string | null {
    return this.#found
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#found !== null) {
      done(null, chunk)
      return
    }
    const text = Buffer.concat([this.#rest, chunk])
    const at = text.indexOf(this.#marker)
    if (at < 0) {
      const keep = Math.min(text.length, this.#marker.length - 1)
      this.#pass(text.subarray(0, text.length - keep))
      this.#rest = text.subarray(text.length - keep)
      done()
      return
    }
    const end = text.indexOf(END, at)
    if (end < 0) {
      this.#rest = text
      done(text.length > LONGEST ? new Error('a statement of the dump has no end') : null)
      return
    }
    this.#found = text.toString('utf8', at + 1, end)
    this.#pass(text.subarray(0, at + 1))
    this.#rest = Buffer.alloc(0)
    done(null, text.subarray(end + END.length))
  }

  override _flush(done: TransformCallback): void {
    this.#pass(this.#rest)
    done()
  }

  #pass(part: Buffer): void {
    const out = this.#first && part.length > 0 ? part.subarray(1) : part
    if (part.length > 0) this.#first = false
    if (out.length > 0) this.push(out)
  }
}
