import type { Socket } from 'node:net'
import { SqlError } from './sql-session.ts'
import { queryPacket, type Reply, ReplyReader } from './text-protocol.ts'

interface Question {
  readonly sql: string
  readonly unhurried: boolean
  readonly onReply: (reply: Reply) => void
}

/** What is asked again and again is answered with the same bytes as long as nothing happens. */
interface Known {
  readonly sql: string
  readonly bytes: Buffer
  readonly reply: Exclude<Reply, SqlError>
}

/** Questions whose last answer is remembered, and how long such an answer may be. */
const KNOWN = 4
const KNOWN_BYTES = 16_384

/** In which a server at rest has answered all of a batch. */
const GATHER_MS = 1.5
/** Never notified: a wait that ends with its time. */
const NOBODY = new Int32Array(new SharedArrayBuffer(4))

/** One question after the other on a connection whose login is done. */
export class Questions {
  readonly #socket: Socket
  readonly #reader: ReplyReader
  #known: readonly Known[] = []
  readonly #waiting: Question[] = []
  #asked: Question | null = null
  #answered: Omit<Known, 'bytes'> | null = null
  /** The answer that is coming was the same so far, for so many bytes. */
  #same: Known | null = null
  #sameBytes = 0
  /** Of an answer that is being read. */
  #pieces: Buffer[] = []
  #tooLong = false

  /**
   * @param socket nobody else reads from it from now on
   * @param onStray the server says something unasked: its last word
   * @param onDefect what came is no reply, so the connection is of no use any more
   */
  constructor(socket: Socket, onStray: (why: SqlError) => void, onDefect: (why: unknown) => void) {
    this.#socket = socket
    this.#reader = new ReplyReader((reply) => {
      if (this.#asked !== null) this.#answer(this.#asked, reply)
      else if (reply instanceof SqlError) onStray(reply)
      else throw new TypeError('an answer to no question')
    })
    socket.removeAllListeners('data')
    socket.on('data', (chunk: Buffer) => {
      try {
        this.#read(chunk)
      } catch (error) {
        onDefect(error)
      }
    })
  }

  /**
   * @param onReply must not throw
   * @param unhurried a server sends the results of a batch one by one, and each would wake the process, which costs more than
   * reading it (0.2 ms on a machine at rest): they are waited for right here, so that they are read together
   */
  ask(sql: string, onReply: (reply: Reply) => void, unhurried = false): void {
    this.#waiting.push({ sql, onReply, unhurried })
    if (this.#asked === null) this.#next()
  }

  /** The connection is given up: whatever still comes is nobody's any more. */
  stop(): void {
    this.#waiting.length = 0
    this.#asked = null
    this.#socket.removeAllListeners('data')
    this.#socket.resume()
  }

  #next(): void {
    this.#asked = this.#waiting.shift() ?? null
    if (this.#asked === null) return
    this.#socket.write(queryPacket(this.#asked.sql))
    if (this.#asked.unhurried) Atomics.wait(NOBODY, 0, 0, GATHER_MS)
  }

  #answer({ sql, onReply }: Question, reply: Reply): void {
    this.#answered = reply instanceof SqlError ? null : { sql, reply }
    this.#next()
    onReply(reply)
  }

  /**
   * A whole answer that is the same as last time needs no reading: the same rows are given. It may come in pieces: they are held
   * back as long as they are the same (an answer says itself where it ends, so none is the beginning of another).
   */
  #read(chunk: Buffer): void {
    const asked = this.#asked
    const last = this.#reader.atRest ? this.#known.find(({ sql }) => sql === asked?.sql) : undefined
    const same = this.#same ?? last
    if (asked === null || same === undefined) {
      this.#take(chunk)
      return
    }
    const from = this.#sameBytes
    const to = from + chunk.length
    this.#same = null
    this.#sameBytes = 0
    if (!same.bytes.subarray(from, to).equals(chunk)) {
      this.#take(from === 0 ? chunk : Buffer.concat([same.bytes.subarray(0, from), chunk]))
    } else if (to === same.bytes.length) this.#answer(asked, same.reply)
    else {
      this.#same = same
      this.#sameBytes = to
    }
  }

  /** Reads what is new. */
  #take(chunk: Buffer): void {
    if (this.#pieces.reduce((sum, { length }) => sum + length, chunk.length) <= KNOWN_BYTES) this.#pieces.push(chunk)
    else this.#tooLong = true
    this.#answered = null
    this.#reader.push(chunk)
    if (!this.#reader.atRest) return
    if (!this.#tooLong) this.#remember(this.#answered, this.#pieces)
    this.#pieces = []
    this.#tooLong = false
  }

  #remember(answered: Omit<Known, 'bytes'> | null, pieces: readonly Buffer[]): void {
    if (answered === null) return
    const others = this.#known.filter(({ sql }) => sql !== answered.sql)
    // A copy: what came is part of a larger buffer.
    this.#known = [{ ...answered, bytes: Buffer.concat(pieces) }, ...others].slice(0, KNOWN)
  }
}
