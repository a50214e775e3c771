const ETH_P_ARP = 0x0806
const ETH_P_IPV6 = 0x86dd
const ARP_REQUEST = 1
const BROADCAST = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff)

const IPV6_HEADER = 40
const IPPROTO_ICMPV6 = 58
const NEIGHBOUR_ADVERTISEMENT = 136
const FLAG_ROUTER = 0x80
const FLAG_OVERRIDE = 0x20
const TARGET_LINK_LAYER_ADDRESS = 2
/** ff02::1 and where Ethernet puts it (RFC 2464). */
const ALL_NODES = Uint8Array.of(0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
const ALL_NODES_HARDWARE = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1)

/** Ethernet frames that tell neighbours where an address is now, byte for byte as keepalived's. Pure. */

/**
 * A gratuitous ARP: a broadcast request whose sender and target are the VIP, target hardware address ff:ff:ff:ff:ff:ff.
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

/**
 * An unsolicited neighbour advertisement to all nodes (RFC 4861 4.4), which overrides what they know.
 * @param hardware 6 bytes @param address 16 bytes @param router this host forwards IPv6
 */
export function neighbourAdvertisement(hardware: Uint8Array, address: Uint8Array, router: boolean): Buffer {
  const body = Buffer.alloc(32)
  body.writeUInt8(NEIGHBOUR_ADVERTISEMENT, 0)
  body.writeUInt8(FLAG_OVERRIDE | (router ? FLAG_ROUTER : 0), 4)
  body.set(address, 8)
  body.writeUInt8(TARGET_LINK_LAYER_ADDRESS, 24)
  body.writeUInt8(1, 25) // length in units of 8 bytes
  body.set(hardware, 26)
  body.writeUInt16BE(icmpChecksum(body, address), 2)

  const frame = Buffer.alloc(14 + IPV6_HEADER + body.length)
  frame.set(ALL_NODES_HARDWARE, 0)
  frame.set(hardware, 6)
  frame.writeUInt16BE(ETH_P_IPV6, 12)
  frame.writeUInt8(0x60, 14)
  frame.writeUInt16BE(body.length, 18)
  frame.writeUInt8(IPPROTO_ICMPV6, 20)
  frame.writeUInt8(255, 21) // hop limit: not routed
  frame.set(address, 22)
  frame.set(ALL_NODES, 38)
  frame.set(body, 14 + IPV6_HEADER)
  return frame
}

function icmpChecksum(body: Buffer, source: Uint8Array): number {
  const pseudo = Buffer.alloc(IPV6_HEADER)
  pseudo.set(source, 0)
  pseudo.set(ALL_NODES, 16)
  pseudo.writeUInt32BE(body.length, 32)
  pseudo.writeUInt8(IPPROTO_ICMPV6, 39)
  let sum = 0
  for (const bytes of [pseudo, body]) {
    for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
