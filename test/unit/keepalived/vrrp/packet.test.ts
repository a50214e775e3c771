import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipv4Bytes } from '../../../../src/keepalived/vrrp/address.ts'
import {
  type Advert,
  decodeAdvert,
  decodeIpHeader,
  encodeAdvert,
  NO_AUTH,
  passwordAuth,
} from '../../../../src/keepalived/vrrp/packet.ts'
import { checkPacket, type Expected, vridOf } from '../../../../src/keepalived/vrrp/validation.ts'
import { vrrpPackets } from './pcap.ts'

const peers = [ipv4Bytes('10.99.0.10'), ipv4Bytes('10.99.0.20')]
const addresses = [ipv4Bytes('10.99.0.100'), ipv4Bytes('10.99.0.101')]

function expected(overrides: Partial<Expected>): Expected {
  return { version: 2, auth: NO_AUTH, intervalMs: 1000, addresses, unicastPeers: null, ...overrides }
}

const GOLDEN: readonly (readonly [string, Expected])[] = [
  ['v2_noauth', expected({})],
  ['v2_preempt', expected({})],
  ['v2_pass', expected({ auth: passwordAuth('1111') })],
  ['v2_pass8', expected({ auth: passwordAuth('dWc4Tddl'), intervalMs: 2000 })],
  ['v2_unicast_pass', expected({ auth: passwordAuth('dWc4Tddl'), unicastPeers: peers })],
  ['v3_ipv4_default', expected({ version: 3, intervalMs: 500 })],
  ['v3_unicast', expected({ version: 3, intervalMs: 250, unicastPeers: peers })],
]

describe('adverts of real keepalived', () => {
  it.each(GOLDEN)('%s: accepted, and encoded again byte for byte', (name, want) => {
    const packets = vrrpPackets(name)
    expect(packets.length).toBeGreaterThan(3)
    for (const packet of packets) {
      const verdict = checkPacket(packet, want)
      if (!verdict.ok) throw new Error(`dropped for ${verdict.fault}`)
      const ip = decodeIpHeader(packet)
      if (ip === null) throw new Error('no IP header')
      expect(verdict.addressesDiffer).toBe(false)
      expect(vridOf(packet)).toBe(51)
      const again = encodeAdvert(verdict.advert, ip.source, ip.destination)
      expect(again.toString('hex')).toBe(packet.subarray(ip.headerLength).toString('hex'))
    }
  })

  it('a message-only checksum on version 3 is refused, as keepalived refuses it by default', () => {
    for (const packet of vrrpPackets('v3_ipv4_csum_as_v2')) {
      expect(checkPacket(packet, expected({ version: 3 }))).toMatchObject({ ok: false, fault: 'checksum' })
    }
  })
})

describe('validation', () => {
  const pass = expected({ auth: passwordAuth('1111') })
  const good = vrrpPackets('v2_pass')[0] ?? Buffer.alloc(0)
  const changed = (at: number, value: number): Buffer => {
    const packet = Buffer.from(good)
    packet[at] = value
    return packet
  }

  it.each([
    ['too short', good.subarray(0, 30), pass, 'length'],
    ['count says more addresses than there are', changed(23, 9), pass, 'length'],
    ['TTL was decremented on the way', changed(8, 254), pass, 'ttl'],
    ['version', good, { ...pass, version: 3 as const }, 'version'],
    ['unknown authentication type', changed(24, 7), pass, 'authType'],
    ['authentication type', good, expected({}), 'authMismatch'],
    ['password', good, expected({ auth: passwordAuth('2222') }), 'authFailure'],
    ['interval', good, { ...pass, intervalMs: 2000 }, 'interval'],
    ['type', changed(20, 0x22), pass, 'type'],
    ['checksum', changed(22, 99), pass, 'checksum'],
    ['multicast where unicast is configured', good, { ...pass, unicastPeers: [ipv4Bytes('10.99.0.10')] }, 'kind'],
  ])('%s → dropped', (_, packet, want, fault) => {
    expect(checkPacket(packet, want)).toMatchObject({ ok: false, fault })
  })

  it('a unicast sender that is no peer is dropped', () => {
    const packet = vrrpPackets('v3_unicast')[0] ?? Buffer.alloc(0)
    const want = expected({ version: 3, intervalMs: 250, unicastPeers: [ipv4Bytes('10.99.0.77')] })
    expect(checkPacket(packet, want)).toMatchObject({ ok: false, fault: 'unknownPeer' })
  })

  it('other addresses are noted, not dropped', () => {
    const verdict = checkPacket(good, { ...pass, addresses: [ipv4Bytes('10.99.0.100')] })
    expect(verdict).toMatchObject({ ok: true, addressesDiffer: true })
  })
})

describe('codec', () => {
  const octet = fc.integer({ min: 0, max: 255 })
  const address = fc.uint8Array({ minLength: 4, maxLength: 4 })
  const anyAdvert = fc
    .record({
      version: fc.constantFrom(2 as const, 3 as const),
      vrid: octet,
      priority: octet,
      ticks: fc.integer({ min: 1, max: 255 }),
      addresses: fc.array(address, { maxLength: 20 }),
      password: fc.string({ maxLength: 8 }),
    })
    .map(
      ({ version, vrid, priority, ticks, addresses: listed, password }): Advert => ({
        version,
        vrid,
        priority,
        intervalMs: ticks * (version === 2 ? 1000 : 10),
        addresses: listed,
        auth: version === 2 ? passwordAuth(password) : NO_AUTH,
      }),
    )

  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(anyAdvert, address, address, (advert, source, destination) => {
        expect(decodeAdvert(encodeAdvert(advert, source, destination))).toEqual({ ...advert, type: 1 })
      }),
    )
  })

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const packet = Buffer.from(bytes)
        const verdict = checkPacket(packet, expected({}))
        expect(typeof verdict.ok).toBe('boolean')
        vridOf(packet)
      }),
    )
  })

  it('the whole password of eight bytes counts, and no more', () => {
    expect(passwordAuth('abcdefgh')).toEqual(passwordAuth('abcdefghijkl'))
    expect(passwordAuth('abcdefgh')).not.toEqual(passwordAuth('abcdefg'))
  })
})
