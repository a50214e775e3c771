import { type Datagram, decodeIpv4, IPPROTO_AH } from '../vrrp/datagram.ts'
import { IPPROTO_VRRP } from '../vrrp/packet.ts'
import { INTERNETWORK_CONTROL, prioritize } from './control-traffic.ts'
import { AF_INET, inetAddress, int32, RawDescriptor, SOCK_RAW } from './socket.ts'
import { acceptNothing, acceptOnly } from './socket-filter.ts'
import type { VrrpSocket, VrrpSocketOptions } from './vrrp-socket.ts'

const IP = {
  ...{ tos: 1, ttl: 2, headerIncluded: 3, multicastIf: 32, multicastTtl: 33, multicastLoop: 34, addMembership: 35 },
  multicastAll: 49,
} as const

/** Two sockets: one that is bound to an address receives no multicast. */
export class Ipv4VrrpSocket implements VrrpSocket {
  readonly #transmit: RawDescriptor
  readonly #receive: RawDescriptor
  readonly #targets: readonly Uint8Array[]

  /** @throws SyscallError */
  constructor(options: VrrpSocketOptions, onReadable: () => void) {
    const protocol = options.authenticated ? IPPROTO_AH : IPPROTO_VRRP
    this.#targets = options.targets
    this.#transmit = new RawDescriptor(AF_INET, SOCK_RAW, protocol, 0)
    this.#receive = new RawDescriptor(AF_INET, SOCK_RAW, protocol, 2048)
    try {
      prioritize(this.#receive, this.#transmit, options)
      const wrapping = options.authenticated ? 'IPv4 and authentication header' : 'IPv4 header'
      acceptOnly(this.#receive, options.virtualRouterId, wrapping)
      acceptNothing(this.#transmit)
      if (options.authenticated) this.#transmit.option(0, IP.headerIncluded, int32(1))
      this.#transmit.option(0, IP.tos, INTERNETWORK_CONTROL)
      this.#transmit.option(0, IP.ttl, options.ttl)
      this.#transmit.bind(inetAddress(options.source))
      const [group] = options.targets
      if (options.multicast && group !== undefined) {
        const membership = ipMreqn(group, options.ifindex)
        this.#receive.option(0, IP.addMembership, membership)
        this.#transmit.option(0, IP.multicastIf, membership)
        this.#transmit.option(0, IP.multicastTtl, options.ttl)
        this.#transmit.option(0, IP.multicastLoop, int32(0))
      }
      // Only the groups that it joined itself.
      this.#receive.option(0, IP.multicastAll, int32(0))
      this.#receive.onReadable(onReadable)
    } catch (error) {
      this.close()
      throw error
    }
  }

  send(messageFor: (destination: Uint8Array) => Uint8Array): void {
    for (const target of this.#targets) this.#transmit.send(messageFor(target), inetAddress(target))
  }

  receive(): Datagram | null {
    for (;;) {
      const packet = this.#receive.receive()
      if (packet === null) return null
      const datagram = decodeIpv4(packet)
      if (datagram !== null) return datagram
    }
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
