import { loadNative } from './native.ts'

const NAME = 28
const CONTROL = 256
const MSGHDR = 56
const AT = { name: 0, nameLength: 8, vector: 16, vectorLength: 24, control: 32, controlLength: 40 } as const
/** struct cmsghdr: length (8), level (4), type (4), data; each begins at a multiple of 8. */
const CMSGHDR = 16

/** One control message that came with a datagram. */
export interface Ancillary {
  readonly level: number
  readonly type: number
  readonly data: Buffer
}

/** What recvmsg(2) fills in: a msghdr and all that it points to. One owner, one message at a time. */
export class ReceivedMessage {
  readonly #data: Buffer
  readonly #name = Buffer.alloc(NAME)
  readonly #control = Buffer.alloc(CONTROL)
  readonly #vector = Buffer.alloc(16)
  readonly #header = Buffer.alloc(MSGHDR)

  constructor(bytes = 2048) {
    this.#data = Buffer.alloc(bytes)
    const { address } = loadNative()
    this.#vector.writeBigUInt64LE(address(this.#data), 0)
    this.#vector.writeBigUInt64LE(BigInt(bytes), 8)
    this.#header.writeBigUInt64LE(address(this.#name), AT.name)
    this.#header.writeBigUInt64LE(address(this.#vector), AT.vector)
    this.#header.writeBigUInt64LE(1n, AT.vectorLength)
    this.#header.writeBigUInt64LE(address(this.#control), AT.control)
  }

  /** The msghdr, with all the room there is. */
  prepared(): Buffer {
    this.#header.writeUInt32LE(NAME, AT.nameLength)
    this.#header.writeBigUInt64LE(BigInt(CONTROL), AT.controlLength)
    return this.#header
  }

  /** The datagram (a view that the next message overwrites). */
  filled(length: number): Buffer {
    return this.#data.subarray(0, length)
  }

  /** The sender's socket address. */
  get name(): Buffer {
    return this.#name
  }

  get ancillary(): Ancillary[] {
    const control = this.#control.subarray(0, Math.min(CONTROL, this.#header.readUInt32LE(AT.controlLength)))
    const found: Ancillary[] = []
    for (let at = 0; at + CMSGHDR <= control.length; ) {
      const length = control.readUInt32LE(at)
      if (length < CMSGHDR || at + length > control.length) break
      const data = control.subarray(at + CMSGHDR, at + length)
      found.push({ level: control.readInt32LE(at + 8), type: control.readInt32LE(at + 12), data })
      at += (length + 7) & ~7
    }
    return found
  }
}
