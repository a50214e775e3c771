import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

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
