import { describe, expect, it } from 'vitest'
import { gratuitousArp } from '../../../../src/keepalived/linux/gratuitous-arp.ts'
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
