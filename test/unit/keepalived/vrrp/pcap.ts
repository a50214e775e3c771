import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Datagram } from '../../../../src/keepalived/vrrp/datagram.ts'

/** Ethernet payloads of one type from a capture of real keepalived (classic pcap, little-endian). */
export function frames(name: string, etherType: number): Buffer[] {
  const file = readFileSync(resolve(import.meta.dirname, `../../../fixtures/golden-vrrp/${name}.pcap`))
  const found: Buffer[] = []
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8)
    const frame = file.subarray(at + 16, at + 16 + length)
    if (frame.readUInt16BE(12) === etherType) found.push(frame)
    at += 16 + length
  }
  return found
}

/** IPv4 packets of protocol 112, with their IP header. */
export function vrrpPackets(name: string): Buffer[] {
  return frames(name, 0x0800)
    .map((frame) => frame.subarray(14))
    .filter((packet) => packet[9] === 112)
}

/** The same behind an authentication header. */
export function ahPackets(name: string): Buffer[] {
  return frames(name, 0x0800)
    .map((frame) => frame.subarray(14))
    .filter((packet) => packet[9] === 51)
}

/** IPv6 packets of protocol 112, as a socket yields them. */
export function vrrpPacketsIpv6(name: string): Datagram[] {
  return frames(name, 0x86dd)
    .map((frame) => frame.subarray(14))
    .filter((packet) => packet[6] === 112)
    .map((packet) => ({
      family: 6,
      source: packet.subarray(8, 24),
      destination: packet.subarray(24, 40),
      hopLimit: packet[7] ?? 0,
      message: packet.subarray(40, 40 + packet.readUInt16BE(4)),
      cut: false,
      authenticated: null,
    }))
}
