import { AF_PACKET, RawDescriptor, SOCK_RAW } from './socket.ts'

/** Sends Ethernet frames; it receives nothing (protocol 0). */
export class FrameSocket {
  readonly #socket = new RawDescriptor(AF_PACKET, SOCK_RAW, 0, 0)

  /** @throws SyscallError ENETDOWN, ENXIO when the link is down or gone. */
  send(ifindex: number, frame: Uint8Array): void {
    const address = Buffer.alloc(20) // sockaddr_ll
    address.writeUInt16LE(AF_PACKET, 0)
    address.set(frame.subarray(12, 14), 2)
    address.writeInt32LE(ifindex, 4)
    address.writeUInt8(6, 11)
    address.set(frame.subarray(0, 6), 12)
    this.#socket.send(frame, address)
  }

  close(): void {
    this.#socket.close()
  }
}
