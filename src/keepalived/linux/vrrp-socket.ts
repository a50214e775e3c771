import { AF_INET, inetAddress, int32, RawDescriptor, SOCK_RAW } from './socket.ts'

const IPPROTO_VRRP = 112
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_PRIORITY = 12
const SO_BINDTODEVICE = 25
const IP = { tos: 1, ttl: 2, multicastIf: 32, multicastTtl: 33, multicastLoop: 34, addMembership: 35 } as const
const INTERNETWORK_CONTROL = 0xc0
const TC_PRIO_CONTROL = 7
export const VRRP_GROUP = Uint8Array.of(224, 0, 0, 18)

export interface VrrpSocketOptions {
  readonly interface: string
  readonly ifindex: number
  /** IPv4 address that adverts come from. */
  readonly source: Uint8Array
  /** Null: multicast. */
  readonly unicastPeers: readonly Uint8Array[] | null
}

/** Sends and receives VRRP on one interface. Two sockets: one that is bound to an address receives no multicast. */
export class VrrpSocket {
  readonly #transmit = new RawDescriptor(AF_INET, SOCK_RAW, IPPROTO_VRRP, 0)
  readonly #receive: RawDescriptor
  readonly #targets: readonly Uint8Array[]

  /** @throws SyscallError */
  constructor(options: VrrpSocketOptions, onReadable: () => void) {
    const device = Buffer.from(`${options.interface}\0`)
    this.#receive = new RawDescriptor(AF_INET, SOCK_RAW, IPPROTO_VRRP, 2048)
    try {
      this.#receive.option(SOL_SOCKET, SO_BINDTODEVICE, device)
      this.#transmit.option(SOL_SOCKET, SO_BINDTODEVICE, device)
      this.#transmit.option(SOL_SOCKET, SO_PRIORITY, TC_PRIO_CONTROL)
      // It is never read; the kernel would queue unicast adverts on it.
      this.#transmit.option(SOL_SOCKET, SO_RCVBUF, 0)
      this.#transmit.option(0, IP.tos, INTERNETWORK_CONTROL)
      this.#transmit.option(0, IP.ttl, 255)
      this.#transmit.bind(inetAddress(options.source))
      if (options.unicastPeers === null) {
        const membership = ipMreqn(VRRP_GROUP, options.ifindex)
        this.#receive.option(0, IP.addMembership, membership)
        this.#transmit.option(0, IP.multicastIf, membership)
        this.#transmit.option(0, IP.multicastTtl, 255)
        this.#transmit.option(0, IP.multicastLoop, int32(0))
      }
      this.#targets = options.unicastPeers ?? [VRRP_GROUP]
      this.#receive.onReadable(onReadable)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Sends to the group, or to every peer; the message (without IP header) depends on its destination. @throws SyscallError */
  send(messageFor: (destination: Uint8Array) => Uint8Array): void {
    for (const target of this.#targets) this.#transmit.send(messageFor(target), inetAddress(target))
  }

  /** The next packet with its IP header (a view that the next call overwrites), or null. */
  receive(): Buffer | null {
    return this.#receive.receive()
  }

  close(): void {
    this.#transmit.close()
    this.#receive.close()
  }
}

/** struct ip_mreqn: group, local address (none), interface. */
function ipMreqn(group: Uint8Array, ifindex: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.set(group, 0)
  bytes.writeInt32LE(ifindex, 8)
  return bytes
}
