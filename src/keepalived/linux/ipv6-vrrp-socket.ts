import type { Datagram } from '../vrrp/datagram.ts'
import { IPPROTO_VRRP } from '../vrrp/packet.ts'
import { INTERNETWORK_CONTROL, prioritize } from './control-traffic.ts'
import { ReceivedMessage } from './received-message.ts'
import { AF_INET6, inet6Address, int32, RawDescriptor, SOCK_RAW } from './socket.ts'
import { acceptNothing, acceptOnly } from './socket-filter.ts'
import type { VrrpSocket, VrrpSocketOptions } from './vrrp-socket.ts'

const IPPROTO_IPV6 = 41
const IPV6 = {
  ...{ unicastHops: 16, multicastIf: 17, multicastHops: 18, multicastLoop: 19, joinGroup: 20, multicastAll: 29 },
  ...{ receivePacketInfo: 49, packetInfo: 50, receiveHopLimit: 51, hopLimit: 52, trafficClass: 67 },
} as const

/** The kernel takes the IPv6 header away and tells of it in control messages. */
export class Ipv6VrrpSocket implements VrrpSocket {
  readonly #transmit = new RawDescriptor(AF_INET6, SOCK_RAW, IPPROTO_VRRP, 0)
  readonly #receive: RawDescriptor
  readonly #received = new ReceivedMessage()
  readonly #targets: readonly Uint8Array[]
  readonly #ifindex: number

  /** @throws SyscallError, EADDRNOTAVAIL while duplicate address detection still looks at the source */
  constructor(options: VrrpSocketOptions, onReadable: () => void) {
    this.#targets = options.targets
    this.#ifindex = options.ifindex
    this.#receive = new RawDescriptor(AF_INET6, SOCK_RAW, IPPROTO_VRRP, 0)
    try {
      prioritize(this.#receive, this.#transmit, options)
      acceptOnly(this.#receive, options.virtualRouterId, 'nothing')
      acceptNothing(this.#transmit)
      this.#receive.option(IPPROTO_IPV6, IPV6.receivePacketInfo, int32(1))
      this.#receive.option(IPPROTO_IPV6, IPV6.receiveHopLimit, int32(1))
      this.#transmit.option(IPPROTO_IPV6, IPV6.trafficClass, int32(INTERNETWORK_CONTROL))
      this.#transmit.option(IPPROTO_IPV6, IPV6.unicastHops, int32(options.ttl))
      this.#transmit.bind(inet6Address(options.source, options.ifindex))
      const [group] = options.targets
      if (options.multicast && group !== undefined) {
        this.#receive.option(IPPROTO_IPV6, IPV6.joinGroup, ipv6Mreq(group, options.ifindex))
        this.#transmit.option(IPPROTO_IPV6, IPV6.multicastIf, int32(options.ifindex))
        this.#transmit.option(IPPROTO_IPV6, IPV6.multicastHops, int32(options.ttl))
        this.#transmit.option(IPPROTO_IPV6, IPV6.multicastLoop, int32(0))
      }
      this.#receive.option(IPPROTO_IPV6, IPV6.multicastAll, int32(0))
      this.#receive.onReadable(onReadable)
    } catch (error) {
      this.close()
      throw error
    }
  }

  send(messageFor: (destination: Uint8Array) => Uint8Array): void {
    for (const target of this.#targets) this.#transmit.send(messageFor(target), inet6Address(target, this.#ifindex))
  }

  receive(): Datagram | null {
    const message = this.#receive.receiveMessage(this.#received)
    if (message === null) return null
    const told = this.#received.ancillary.filter(({ level }) => level === IPPROTO_IPV6)
    const hopLimit = told.find(({ type }) => type === IPV6.hopLimit)?.data.readInt32LE(0) ?? null
    const info = told.find(({ type }) => type === IPV6.packetInfo)?.data
    return {
      family: 6,
      source: Uint8Array.from(this.#received.name.subarray(8, 24)),
      destination: Uint8Array.from(info?.subarray(0, 16) ?? new Uint8Array(16)),
      hopLimit,
      message,
      cut: false,
      authenticated: null,
    }
  }

  close(): void {
    this.#transmit.close()
    this.#receive.close()
  }
}

/** struct ipv6_mreq: group, interface. */
function ipv6Mreq(group: Uint8Array, ifindex: number): Buffer {
  const bytes = Buffer.alloc(20)
  bytes.set(group, 0)
  bytes.writeUInt32LE(ifindex, 16)
  return bytes
}
