import { AF_INET, inetAddress, RawDescriptor, SOCK_RAW } from './socket.ts'

const IPPROTO_ICMP = 1
const ECHO_REQUEST = 8
const ECHO_REPLY = 0

/** RFC 792: type, code, checksum, identifier, sequence number. */
export function echoRequest(id: number, sequence: number): Buffer {
  const packet = Buffer.alloc(16)
  packet.writeUInt8(ECHO_REQUEST, 0)
  packet.writeUInt16BE(id, 4)
  packet.writeUInt16BE(sequence, 6)
  packet.writeUInt16BE(checksum(packet), 2)
  return packet
}

/** @param packet with its IP header, as a raw socket gives it. @returns null when it is no answer to this `id` */
export function echoReply(packet: Buffer, id: number): { readonly from: string; readonly sequence: number } | null {
  const header = ((packet[0] ?? 0) & 0xf) * 4
  if (header < 20 || packet.length < header + 8) return null
  const icmp = packet.subarray(header)
  if (icmp[0] !== ECHO_REPLY || icmp.readUInt16BE(4) !== id) return null
  return { from: [...packet.subarray(12, 16)].join('.'), sequence: icmp.readUInt16BE(6) }
}

/** Ones' complement sum, RFC 1071; the field itself being 0. */
export function checksum(bytes: Buffer): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += bytes.readUInt16BE(i)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Pings IPv4 addresses; needs CAP_NET_RAW. */
export class EchoSocket {
  readonly #socket = new RawDescriptor(AF_INET, SOCK_RAW, IPPROTO_ICMP, 2048)
  readonly #id: number
  #sequence = 0
  #open = true

  /** @param onReply an address has answered */
  constructor(id: number, onReply: (from: string) => void) {
    this.#id = id & 0xffff
    this.#socket.onReadable(() => {
      // Whoever is told of an answer may close the socket then and there.
      while (this.#open) {
        const packet = this.#socket.receive()
        if (packet === null) return
        const reply = echoReply(packet, this.#id)
        if (reply !== null) onReply(reply.from)
      }
    })
  }

  /** @throws SyscallError, e.g. when the network is down */
  send(address: Uint8Array): void {
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.#socket.send(echoRequest(this.#id, this.#sequence), inetAddress(address))
  }

  close(): void {
    this.#open = false
    this.#socket.close()
  }
}
