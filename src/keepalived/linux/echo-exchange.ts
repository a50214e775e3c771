import type { Source } from '../config/source.ts'
import { addressBytes } from '../vrrp/address.ts'
import { checksum } from './echo-socket.ts'
import { useSource } from './outgoing.ts'
import { AF_INET, AF_INET6, inet6Address, inetAddress, RawDescriptor, SOCK_RAW } from './socket.ts'

const IPPROTO_ICMP = 1
const IPPROTO_ICMPV6 = 58
const HEADER = 8
/** Types: RFC 792, RFC 4443. */
const V4 = { request: 8, reply: 0 } as const
const V6 = { request: 128, reply: 129 } as const

/** Identifier and sequence number are 0: the data tells the answer. The kernel writes the checksum of ICMPv6. */
export function echoOf(family: 4 | 6, data: Uint8Array): Buffer {
  const packet = Buffer.alloc(HEADER + data.length)
  packet.writeUInt8(family === 4 ? V4.request : V6.request, 0)
  packet.set(data, HEADER)
  if (family === 4) packet.writeUInt16BE(checksum(packet), 2)
  return packet
}

/** @param packet as a raw socket gives it: with its IP header for IPv4, without for IPv6 */
export function answersEcho(family: 4 | 6, packet: Buffer, data: Uint8Array): boolean {
  const header = family === 6 ? 0 : ((packet[0] ?? 0) & 0xf) * 4
  if (family === 4 && header < 20) return false
  const icmp = packet.subarray(header)
  if (icmp.length !== HEADER + data.length || icmp[0] !== (family === 4 ? V4.reply : V6.reply)) return false
  return Buffer.compare(icmp.subarray(HEADER), data) === 0
}

/** One echo request, and whether it is answered; needs CAP_NET_RAW. */
export class EchoExchange {
  readonly #socket: RawDescriptor
  readonly #family: 4 | 6
  readonly #to: Buffer
  readonly #data: Uint8Array
  #open = true

  /**
   * @param source its port means nothing
   * @param data random, of an even length: who can answer with it has been asked
   * @throws SyscallError, e.g. EPERM, or EADDRNOTAVAIL for a source that is not ours; RangeError for what is no address
   */
  constructor(host: string, source: Source, data: Uint8Array, onAnswer: () => void) {
    const address = (text: string) => {
      const bytes = addressBytes(text)
      return bytes.length === 4 ? inetAddress(bytes) : inet6Address(bytes, 0)
    }
    this.#family = host.includes(':') ? 6 : 4
    this.#data = data
    this.#to = address(host)
    const [domain, protocol] = this.#family === 4 ? [AF_INET, IPPROTO_ICMP] : [AF_INET6, IPPROTO_ICMPV6]
    this.#socket = new RawDescriptor(domain, SOCK_RAW, protocol, 2048)
    try {
      useSource(this.#socket, source)
      if (source.address !== null) this.#socket.bind(address(source.address))
    } catch (error) {
      this.close()
      throw error
    }
    this.#socket.onReadable(() => {
      // Whoever is told of the answer may close the socket then and there.
      while (this.#open) {
        const packet = this.#socket.receive()
        if (packet === null) return
        if (answersEcho(this.#family, packet, this.#data)) onAnswer()
      }
    })
  }

  /** @throws SyscallError, e.g. ENETUNREACH */
  send(): void {
    this.#socket.send(echoOf(this.#family, this.#data), this.#to)
  }

  close(): void {
    this.#open = false
    this.#socket.close()
  }
}
