import { SyscallError } from './native.ts'
import { resetFor } from './reset-frames.ts'
import { AF_PACKET, RawDescriptor, SOCK_RAW } from './socket.ts'
import { acceptTcpTo } from './socket-filter.ts'

const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd
/** Headers, with all options, of what is answered. */
const FRAME_BYTES = 256

/** Where a neighbour may still look for an address that has gone. */
export interface LeftAddress {
  readonly ifindex: number
  /** 6 bytes, of the interface. */
  readonly hardware: Uint8Array
  /** 4 or 16 bytes. */
  readonly address: Uint8Array
}

/**
 * Between the removal of an address and its successor's announcement, clients still send here. Without the address the kernel says
 * nothing, and a client's next try to connect comes a second later; with a reset it comes at once.
 */
export class LateCallers {
  readonly #ms: number
  readonly #answering = new Map<string, { readonly socket: RawDescriptor; readonly timer: NodeJS.Timeout }>()

  /** @param ms for how long after the address has gone */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** ms for which somebody may still be answered, at the most; 0: nobody is. */
  get pending(): number {
    return this.#answering.size === 0 ? 0 : this.#ms
  }

  /** Resets what still comes for it, from now on: to be called just before it goes. @throws SyscallError */
  answer(left: LeftAddress): void {
    this.forget(left)
    const socket = open(left)
    this.#answering.set(nameOf(left), { socket, timer: setTimeout(() => this.forget(left), this.#ms).unref() })
  }

  /** The address is back, or long gone. */
  forget(left: Pick<LeftAddress, 'ifindex' | 'address'>): void {
    const known = this.#answering.get(nameOf(left))
    if (known === undefined) return
    clearTimeout(known.timer)
    known.socket.close()
    this.#answering.delete(nameOf(left))
  }
}

function nameOf({ ifindex, address }: Pick<LeftAddress, 'ifindex' | 'address'>): string {
  return `${ifindex} ${address.join('.')}`
}

/** @throws SyscallError */
function open({ ifindex, hardware, address }: LeftAddress): RawDescriptor {
  // Of protocol 0 it hears nothing until it is bound, so that nothing comes in unfiltered.
  const socket = new RawDescriptor(AF_PACKET, SOCK_RAW, 0, FRAME_BYTES)
  try {
    acceptTcpTo(socket, address, FRAME_BYTES)
    const link = linkAddress(ifindex, address.length === 4 ? ETH_P_IP : ETH_P_IPV6)
    socket.bind(link)
    socket.onReadable(() => {
      for (let frame = socket.receive(); frame !== null; frame = socket.receive()) {
        const reset = resetFor(frame, hardware)
        if (reset !== null) say(socket, link, reset)
      }
    })
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}

function say(socket: RawDescriptor, link: Buffer, frame: Buffer): void {
  try {
    socket.send(frame, link)
  } catch (error) {
    // The link has gone with the address: nobody hears it.
    if (!(error instanceof SyscallError)) throw error
  }
}

/** sockaddr_ll */
function linkAddress(ifindex: number, protocol: number): Buffer {
  const address = Buffer.alloc(20)
  address.writeUInt16LE(AF_PACKET, 0)
  address.writeUInt16BE(protocol, 2)
  address.writeInt32LE(ifindex, 4)
  return address
}
