import { describe, expect, it } from 'vitest'
import { gratuitousArp, neighbourAdvertisement } from '../../../../src/keepalived/linux/neighbour-frames.ts'
import { frames } from '../vrrp/pcap.ts'

describe('gratuitous ARP', () => {
  it('is keepalived’s, byte for byte', () => {
    const golden = frames('v2_preempt', 0x0806)
    expect(golden.length).toBeGreaterThan(9)
    for (const frame of golden) {
      expect(gratuitousArp(frame.subarray(6, 12), frame.subarray(28, 32)).toString('hex')).toBe(frame.toString('hex'))
    }
  })
})

describe('unsolicited neighbour advertisement', () => {
  it('is keepalived’s, byte for byte', () => {
    const golden = frames('v3_ipv6', 0x86dd).filter((frame) => frame[20] === 58 && frame[54] === 136)
    expect(golden.length).toBeGreaterThan(9)
    for (const frame of golden) {
      const router = ((frame[58] ?? 0) & 0x80) !== 0
      const again = neighbourAdvertisement(frame.subarray(6, 12), frame.subarray(22, 38), router)
      expect(again.toString('hex')).toBe(frame.toString('hex'))
    }
  })
})
