import { checksum } from './echo-socket.ts'

const ETHERNET_HEADER = 14
const TCP_HEADER = 20
const IPPROTO_TCP = 6
const TTL = 64
const FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const

/**
 * What a host says to a TCP segment for an address that it does not have any more (RFC 9293 3.10.7.1): a reset, as its kernel would if
 * it still had it. Pure.
 * @param frame Ethernet, IPv4, TCP, as it arrived; at least its headers
 * @param hardware 6 bytes, of this interface: what is for another one is not ours to answer
 * @returns the frame to send; null: nothing is said to this one
 */
export function resetFor(frame: Buffer, hardware: Uint8Array): Buffer | null {
  if (frame.length < ETHERNET_HEADER + 20 || !frame.subarray(0, 6).equals(hardware)) return null
  const ip = frame.subarray(ETHERNET_HEADER)
  const header = (ip.readUInt8(0) & 0xf) * 4
  if (ip.readUInt8(9) !== IPPROTO_TCP || ip.length < header + TCP_HEADER) return null
  const tcp = ip.subarray(header)
  const flags = tcp.readUInt8(13)
  if ((flags & FLAG.rst) !== 0) return null

  const answer = Buffer.alloc(ETHERNET_HEADER + 20 + TCP_HEADER)
  answer.set(frame.subarray(6, 12), 0)
  answer.set(hardware, 6)
  answer.writeUInt16BE(0x0800, 12)
  const packet = answer.subarray(ETHERNET_HEADER)
  packet.writeUInt8(0x45, 0)
  packet.writeUInt16BE(packet.length, 2)
  packet.writeUInt16BE(0x4000, 6) // don't fragment
  packet.writeUInt8(TTL, 8)
  packet.writeUInt8(IPPROTO_TCP, 9)
  packet.set(ip.subarray(16, 20), 12)
  packet.set(ip.subarray(12, 16), 16)
  packet.writeUInt16BE(checksum(packet.subarray(0, 20)), 10)

  const reset = packet.subarray(20)
  reset.set(tcp.subarray(2, 4), 0)
  reset.set(tcp.subarray(0, 2), 2)
  if ((flags & FLAG.ack) !== 0) {
    reset.set(tcp.subarray(8, 12), 4)
    reset.writeUInt8(FLAG.rst, 13)
  } else {
    const data = ip.readUInt16BE(2) - header - (tcp.readUInt8(12) >>> 4) * 4
    const length = data + ((flags & FLAG.syn) === 0 ? 0 : 1) + ((flags & FLAG.fin) === 0 ? 0 : 1)
    reset.writeUInt32BE((tcp.readUInt32BE(4) + length) >>> 0, 8)
    reset.writeUInt8(FLAG.rst | FLAG.ack, 13)
  }
  reset.writeUInt8((TCP_HEADER / 4) << 4, 12)
  const pseudo = Buffer.alloc(12)
  pseudo.set(packet.subarray(12, 20), 0)
  pseudo.writeUInt8(IPPROTO_TCP, 9)
  pseudo.writeUInt16BE(TCP_HEADER, 10)
  reset.writeUInt16BE(checksum(Buffer.concat([pseudo, reset])), 16)
  return answer
}
