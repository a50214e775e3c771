import { checksum } from './echo-socket.ts'

const ETHERNET_HEADER = 14
const TCP_HEADER = 20
const IPPROTO_TCP = 6
const TTL = 64
const FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const
const ETH_P = { v4: 0x0800, v6: 0x86dd } as const

/** Where things stand in the header of each IP. */
interface Layout {
  readonly type: number
  readonly header: number
  readonly protocol: number
  readonly source: number
  /** Bytes of an address. */
  readonly size: number
}

const V4: Layout = { type: ETH_P.v4, header: 20, protocol: 9, source: 12, size: 4 }
const V6: Layout = { type: ETH_P.v6, header: 40, protocol: 6, source: 8, size: 16 }

/** The header of what is said. @param ip the packet that it answers */
function headerTo(ip: Buffer, layout: Layout): Buffer {
  const header = Buffer.alloc(layout.header)
  const { source, size } = layout
  header.set(ip.subarray(source + size, source + 2 * size), source)
  header.set(ip.subarray(source, source + size), source + size)
  header.writeUInt8(IPPROTO_TCP, layout.protocol)
  if (layout === V6) {
    header.writeUInt8(0x60, 0)
    header.writeUInt16BE(TCP_HEADER, 4)
    header.writeUInt8(TTL, 7)
    return header
  }
  header.writeUInt8(0x45, 0)
  header.writeUInt16BE(layout.header + TCP_HEADER, 2)
  header.writeUInt16BE(0x4000, 6) // don't fragment
  header.writeUInt8(TTL, 8)
  header.writeUInt16BE(checksum(header), 10)
  return header
}

/** Bytes of a packet's TCP segment, with its header. */
function segmentLength(ip: Buffer, header: number, layout: Layout): number {
  return layout === V6 ? ip.readUInt16BE(4) : ip.readUInt16BE(2) - header
}

/**
 * What a host says to a TCP segment for an address that it does not have any more (RFC 9293 3.10.7.1): a reset, as its kernel would if
 * it still had it. Pure.
 * @param frame Ethernet, IPv4 or IPv6, TCP, as it arrived; at least its headers
 * @param hardware 6 bytes, of this interface: what is for another one is not ours to answer
 * @returns the frame to send; null: nothing is said to this one
 */
export function resetFor(frame: Buffer, hardware: Uint8Array): Buffer | null {
  if (frame.length < ETHERNET_HEADER + 20 || !frame.subarray(0, 6).equals(hardware)) return null
  const layout = frame.readUInt16BE(12) === ETH_P.v6 ? V6 : V4
  const ip = frame.subarray(ETHERNET_HEADER)
  const header = layout === V6 ? layout.header : (ip.readUInt8(0) & 0xf) * 4
  if (ip.readUInt8(layout.protocol) !== IPPROTO_TCP || ip.length < header + TCP_HEADER) return null
  const tcp = ip.subarray(header)
  const flags = tcp.readUInt8(13)
  if ((flags & FLAG.rst) !== 0) return null

  const around = headerTo(ip, layout)
  const ethernet = Buffer.concat([frame.subarray(6, 12), hardware, frame.subarray(12, 14)])
  const reset = Buffer.alloc(TCP_HEADER)
  reset.set(tcp.subarray(2, 4), 0)
  reset.set(tcp.subarray(0, 2), 2)
  if ((flags & FLAG.ack) !== 0) {
    reset.set(tcp.subarray(8, 12), 4)
    reset.writeUInt8(FLAG.rst, 13)
  } else {
    const data = segmentLength(ip, header, layout) - (tcp.readUInt8(12) >>> 4) * 4
    const length = data + ((flags & FLAG.syn) === 0 ? 0 : 1) + ((flags & FLAG.fin) === 0 ? 0 : 1)
    reset.writeUInt32BE((tcp.readUInt32BE(4) + length) >>> 0, 8)
    reset.writeUInt8(FLAG.rst | FLAG.ack, 13)
  }
  reset.writeUInt8((TCP_HEADER / 4) << 4, 12)
  // The pseudo header of IPv6 has the same numbers, with more room around them (RFC 8200 8.1): the sum is the same.
  const pseudo = Buffer.alloc(4)
  pseudo.writeUInt8(IPPROTO_TCP, 1)
  pseudo.writeUInt16BE(TCP_HEADER, 2)
  const addresses = around.subarray(layout.source, layout.source + 2 * layout.size)
  reset.writeUInt16BE(checksum(Buffer.concat([addresses, pseudo, reset])), 16)
  return Buffer.concat([ethernet, around, reset])
}
