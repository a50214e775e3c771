import { AF_PACKET, RawDescriptor, SOCK_RAW } from './socket.ts'

const ETH_P_ARP = 0x0806
const ARP_REQUEST = 1
const BROADCAST = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff)

/**
 * Ethernet frame of a gratuitous ARP as keepalived sends it: a broadcast request whose sender and target are the VIP,
 * target hardware address ff:ff:ff:ff:ff:ff.
 * @param hardware 6 bytes @param address 4 bytes
 */
export function gratuitousArp(hardware: Uint8Array, address: Uint8Array): Buffer {
  const frame = Buffer.alloc(42)
  frame.set(BROADCAST, 0)
  frame.set(hardware, 6)
  frame.writeUInt16BE(ETH_P_ARP, 12)
  frame.writeUInt16BE(1, 14) // Ethernet
  frame.writeUInt16BE(0x0800, 16) // IPv4
  frame.writeUInt8(6, 18)
  frame.writeUInt8(4, 19)
  frame.writeUInt16BE(ARP_REQUEST, 20)
  frame.set(hardware, 22)
  frame.set(address, 28)
  frame.set(BROADCAST, 32)
  frame.set(address, 38)
  return frame
}

/** Sends frames; it receives nothing (protocol 0). */
export class ArpSocket {
  readonly #socket = new RawDescriptor(AF_PACKET, SOCK_RAW, 0, 0)

  /** @throws SyscallError ENETDOWN, ENXIO when the link is down or gone. */
  send(ifindex: number, frame: Uint8Array): void {
    const address = Buffer.alloc(20) // sockaddr_ll
    address.writeUInt16LE(AF_PACKET, 0)
    address.writeUInt16BE(ETH_P_ARP, 2)
    address.writeInt32LE(ifindex, 4)
    address.writeUInt8(6, 11)
    address.set(BROADCAST, 12)
    this.#socket.send(frame, address)
  }

  close(): void {
    this.#socket.close()
  }
}
