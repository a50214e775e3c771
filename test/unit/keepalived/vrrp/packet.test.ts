import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressBytes } from '../../../../src/keepalived/vrrp/address.ts'
import { authenticatedPacket } from '../../../../src/keepalived/vrrp/authentication-header.ts'
import { type Datagram, decodeIpv4, vridOf } from '../../../../src/keepalived/vrrp/datagram.ts'
import { Exchange } from '../../../../src/keepalived/vrrp/exchange.ts'
import { nextSequence, SIGNATURE, signatureOf } from '../../../../src/keepalived/vrrp/message-signature.ts'
import {
  type Advert,
  AH_AUTH,
  decodeAdvert,
  encodeAdvert,
  NO_AUTH,
  passwordAuth,
  passwordBytes,
} from '../../../../src/keepalived/vrrp/packet.ts'
import { checkPacket, type Expected, NOTHING_HEARD, type Verdict } from '../../../../src/keepalived/vrrp/validation.ts'
import { ahPackets, vrrpPackets, vrrpPacketsIpv6 } from './pcap.ts'

const peer = (text: string) => ({ address: addressBytes(text), minTtl: 0, maxTtl: 255 })
const peers = [peer('10.99.0.10'), peer('10.99.0.20')]
const addresses = ['10.99.0.100', '10.99.0.101'].map(addressBytes)
const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')

function expected(overrides: Partial<Expected>): Expected {
  return {
    ...{ family: 4, version: 2, auth: NO_AUTH, ahKey: null, signature: null, intervalMs: 1000, addresses },
    ...{ group: addressBytes('224.0.0.18'), unicastPeers: null, unicastTtl: 255, checkUnicastSource: false },
    ...{ checksum: 'pseudo', oldUnicastChecksum: 'auto' },
    ...overrides,
  }
}

/** Without a window: the captures are old. */
const signature = { keys: new Map([[1, KEY]]), activeKey: 1, mode: 'enforce', windowSeconds: null } as const
const IPV6 = expected({
  ...{ family: 6, version: 3, intervalMs: 500, group: addressBytes('ff02::12') },
  addresses: ['fe80::100', '2001:db8::100'].map(addressBytes),
})
const AH = expected({ auth: AH_AUTH, ahKey: passwordBytes('4321') })

function decoded(packet: Buffer): Datagram {
  const datagram = decodeIpv4(packet)
  if (datagram === null) throw new Error('no IPv4 packet')
  return datagram
}

function check(packet: Buffer, want: Expected): Verdict {
  return checkPacket(decoded(packet), want, NOTHING_HEARD, 0)
}

/** As a raw socket would yield it. */
function ipv4Packet(message: Buffer, source: Uint8Array, destination: Uint8Array): Buffer {
  const packet = Buffer.concat([Buffer.alloc(20), message])
  packet.set([0x45, 0xc0], 0)
  packet.writeUInt16BE(packet.length, 2)
  packet.set([255, 112], 8)
  packet.set(source, 12)
  packet.set(destination, 16)
  return packet
}

/** Everything after the IP header. */
function payload(packet: Buffer): string {
  return packet.subarray(((packet[0] ?? 0) & 0x0f) * 4).toString('hex')
}

const GOLDEN: readonly (readonly [string, Expected])[] = [
  ['v2_noauth', expected({})],
  ['v2_preempt', expected({})],
  ['v2_garp_knobs', expected({})],
  ['v2_min_garp', expected({})],
  ['v2_pass', expected({ auth: passwordAuth('1111') })],
  ['v2_pass8', expected({ auth: passwordAuth('dWc4Tddl'), intervalMs: 2000 })],
  ['v2_unicast_pass', expected({ auth: passwordAuth('dWc4Tddl'), unicastPeers: peers })],
  ['v3_ipv4_default', expected({ version: 3, intervalMs: 500 })],
  ['v3_ipv4_csum_as_v2', expected({ version: 3, intervalMs: 500, checksum: 'message' })],
  ['v3_unicast', expected({ version: 3, intervalMs: 250, unicastPeers: peers })],
]

describe('adverts of real keepalived', () => {
  it.each(GOLDEN)('%s: accepted, and encoded again byte for byte', (name, want) => {
    const packets = vrrpPackets(name)
    expect(packets.length).toBeGreaterThan(3)
    for (const packet of packets) {
      const verdict = check(packet, want)
      if (!verdict.ok) throw new Error(`dropped for ${verdict.fault}`)
      expect(verdict.addressesDiffer).toBe(false)
      const { source, destination, ...datagram } = decoded(packet)
      expect(vridOf({ source, destination, ...datagram })).toBe(51)
      const { version, intervalMs, auth, checksum } = want
      const advert = { ...verdict.advert, version, intervalMs, auth, addresses }
      expect(encodeAdvert(advert, source, destination, checksum).toString('hex')).toBe(payload(packet))
    }
  })

  it('over IPv6: accepted, and encoded again byte for byte', () => {
    const packets = vrrpPacketsIpv6('v3_ipv6')
    expect(packets.length).toBeGreaterThan(3)
    for (const datagram of packets) {
      const verdict = checkPacket(datagram, IPV6, NOTHING_HEARD, 0)
      if (!verdict.ok) throw new Error(`dropped for ${verdict.fault}`)
      expect(verdict.addressesDiffer).toBe(false)
      const again = encodeAdvert(verdict.advert, datagram.source, datagram.destination)
      expect(again.toString('hex')).toBe(datagram.message.toString('hex'))
    }
  })

  it('behind an authentication header: accepted in their order, none twice, and made again byte for byte', () => {
    const packets = ahPackets('v2_ah')
    expect(packets.length).toBeGreaterThan(3)
    const listener = new Exchange(AH, () => 0)
    for (const packet of packets) {
      const datagram = decoded(packet)
      const verdict = listener.hear(datagram)
      if (!verdict.ok) throw new Error(`dropped for ${verdict.fault}`)
      expect(listener.hear(datagram)).toMatchObject({ ok: false, fault: 'ahReplay' })
      const { source, destination } = datagram
      const again = authenticatedPacket(encodeAdvert(verdict.advert, source, destination), source, destination, {
        ...{ key: passwordBytes('4321'), ttl: 255, unicast: false },
        ...{ sequence: packet.readUInt32BE(28), identification: packet.readUInt16BE(4) },
      })
      // The IP header's checksum is the kernel's.
      again.set(packet.subarray(10, 12), 10)
      expect(again.toString('hex')).toBe(packet.toString('hex'))
    }
    const last = decoded(packets.at(-1) ?? Buffer.alloc(0))
    const next = decoded(listener.say(51, 100, last.source, last.destination))
    expect(checkPacket(next, AH, { ...NOTHING_HEARD, ahSequence: packets.length }, 0)).toMatchObject({ ok: true })
    const wrong = expected({ auth: AH_AUTH, ahKey: passwordBytes('1234') })
    expect(packets.map((packet) => check(packet, wrong))).toMatchObject(packets.map(() => ({ fault: 'ahFailure' })))
  })

  it.each([
    ['v2_hmac_mcast', expected({ signature })],
    ['v3_hmac_unicast', expected({ signature, version: 3, intervalMs: 500, unicastPeers: peers })],
  ])('%s: signatures of keepalived 2.4 are accepted, none twice', (name, want) => {
    const packets = vrrpPackets(name)
    expect(packets.length).toBeGreaterThan(3)
    const listener = new Exchange(want, () => 0)
    for (const packet of packets) {
      const datagram = decoded(packet)
      expect(listener.hear(datagram)).toMatchObject({ ok: true, addressesDiffer: false })
      expect(listener.hear(datagram)).toMatchObject({ ok: false, fault: 'extReplay' })
      const { message, source, family } = datagram
      const signer = { family, version: want.version, vrid: 51, source }
      const again = signatureOf(
        message.subarray(0, -SIGNATURE),
        signer,
        signature,
        message.readBigUInt64BE(message.length - 24),
      )
      expect(again.toString('hex')).toBe(message.subarray(-SIGNATURE).toString('hex'))
      expect(check(packet, { ...want, signature: null })).toMatchObject({ ok: false, fault: 'length' })
    }
  })

  it('a message-only checksum on version 3 is refused, as keepalived refuses it by default', () => {
    for (const packet of vrrpPackets('v3_ipv4_csum_as_v2')) {
      expect(check(packet, expected({ version: 3 }))).toMatchObject({ ok: false, fault: 'checksum' })
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
    ['multicast where unicast is configured', good, { ...pass, unicastPeers: peers }, 'kind'],
  ])('%s → dropped', (_, packet, want, fault) => {
    expect(check(packet, want)).toMatchObject({ ok: false, fault })
  })

  it('a unicast sender that is no peer is dropped when that is wished, and one from too far away', () => {
    const packet = vrrpPackets('v3_unicast')[0] ?? Buffer.alloc(0)
    const want = expected({ version: 3, intervalMs: 250, unicastPeers: [peer('10.99.0.77')] })
    expect(check(packet, want)).toMatchObject({ ok: true })
    expect(check(packet, { ...want, checkUnicastSource: true })).toMatchObject({ ok: false, fault: 'unknownPeer' })
    const near = { ...want, checkUnicastSource: true, unicastPeers: peers }
    expect(check(packet, near)).toMatchObject({ ok: true })
    const far = peers.map((one) => ({ ...one, maxTtl: 254 }))
    expect(check(packet, { ...near, unicastPeers: far })).toMatchObject({ ok: false, fault: 'ttl' })
  })

  it('over IPv6 a routed packet is dropped, and a changed one', () => {
    const [first] = vrrpPacketsIpv6('v3_ipv6')
    if (first === undefined) throw new Error('no packet')
    expect(checkPacket({ ...first, hopLimit: 254 }, IPV6, NOTHING_HEARD, 0)).toMatchObject({ fault: 'ttl' })
    const message = Buffer.from(first.message)
    message[9] = 0x77
    expect(checkPacket({ ...first, message }, IPV6, NOTHING_HEARD, 0)).toMatchObject({ fault: 'checksum' })
    expect(checkPacket(first, expected({ version: 3 }), NOTHING_HEARD, 0)).toMatchObject({ fault: 'length' })
  })

  it('the checksum of old keepalived is understood, and spoken to who speaks it', () => {
    const [a, b, group] = ['10.99.0.10', '10.99.0.20', '224.0.0.18'].map(addressBytes)
    if (a === undefined || b === undefined || group === undefined) throw new Error('no addresses')
    const rules = expected({ version: 3, unicastPeers: peers })
    const old = new Exchange({ ...rules, oldUnicastChecksum: 'always' }, () => 0)
    const ours = new Exchange(rules, () => 0)
    const from = (message: Buffer): Datagram => ({
      ...{ family: 4, source: a, destination: b, hopLimit: 255, message, cut: false, authenticated: null },
    })
    const usual = ours.say(51, 100, a, b)
    expect(old.hear(from(usual))).toMatchObject({ ok: false, fault: 'checksum' })
    expect(ours.hear(from(old.say(51, 100, a, b)))).toMatchObject({ ok: true, oldChecksum: true })
    expect(ours.say(51, 100, a, b).toString('hex')).toBe(old.say(51, 100, a, b).toString('hex'))
    const never = new Exchange({ ...rules, oldUnicastChecksum: 'never' }, () => 0)
    expect(never.hear(from(old.say(51, 100, a, b)))).toMatchObject({ ok: false, fault: 'checksum' })
  })

  it('other addresses are noted, not dropped', () => {
    const verdict = check(good, { ...pass, addresses: addresses.slice(0, 1) })
    expect(verdict).toMatchObject({ ok: true, addressesDiffer: true })
  })
})

describe('the numbers of signatures', () => {
  it('follow the clock, and go on when it stands still or goes back', () => {
    const first = nextSequence(0n, 1_700_000_000_500)
    expect(first).toBe((1_700_000_000n << 32n) | (0x8000n << 16n))
    expect(nextSequence(first, 1_700_000_000_500)).toBe(first + 1n)
    expect(nextSequence(first, 1_600_000_000_000)).toBe(first + 1n)
    expect(nextSequence(first, 1_700_000_001_000)).toBe(1_700_000_001n << 32n)
  })

  it('must be near our clock where that is asked for', () => {
    const [a, group] = ['10.99.0.10', '224.0.0.18'].map(addressBytes)
    if (a === undefined || group === undefined) throw new Error('no addresses')
    const rules = expected({ signature: { ...signature, windowSeconds: 5 } })
    const packet = ipv4Packet(new Exchange(rules, () => 1_000_000).say(51, 100, a, group), a, group)
    const heardAt = (unixMs: number): Verdict => new Exchange(rules, () => unixMs).hear(decoded(packet))
    expect([995_000, 1_000_000, 1_005_000].map((at) => heardAt(at).ok)).toEqual([true, true, true])
    expect([heardAt(994_000), heardAt(1_006_000)]).toMatchObject([{ fault: 'extStale' }, { fault: 'extStale' }])
  })

  it('over IPv6 the checksum covers the signature, too', () => {
    const [source, group] = ['fe80::1', 'ff02::12'].map(addressBytes)
    if (source === undefined || group === undefined) throw new Error('no addresses')
    const rules = { ...IPV6, signature }
    const message = new Exchange(rules, () => 1_000_000).say(51, 100, source, group)
    const datagram: Datagram = {
      ...{ family: 6, source, destination: group, hopLimit: 255, message, cut: false, authenticated: null },
    }
    expect(new Exchange(rules, () => 1_000_000).hear(datagram)).toMatchObject({ ok: true, addressesDiffer: false })
    message[message.length - 1] = (message.at(-1) ?? 0) ^ 1
    expect(new Exchange(rules, () => 1_000_000).hear(datagram)).toMatchObject({ ok: false, fault: 'extInvalid' })
  })
})

describe('codec', () => {
  const octet = fc.integer({ min: 0, max: 255 })
  const addressOf = (width: number) => fc.uint8Array({ minLength: width, maxLength: width })
  const advertOf = (width: number) =>
    fc
      .record({
        version: width === 16 ? fc.constant(3 as const) : fc.constantFrom(2 as const, 3 as const),
        vrid: octet,
        priority: octet,
        ticks: fc.integer({ min: 1, max: 255 }),
        addresses: fc.array(addressOf(width), { maxLength: 20 }),
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

  it.each([
    ['IPv4', 4, 4],
    ['IPv6', 6, 16],
  ] as const)('decodes what it encodes: %s', (_, family, width) => {
    fc.assert(
      fc.property(advertOf(width), addressOf(width), addressOf(width), (advert, source, destination) => {
        expect(decodeAdvert(encodeAdvert(advert, source, destination), family)).toEqual({ ...advert, type: 1 })
      }),
    )
  })

  it('hears what it says, signed or not, and no changed byte of what is signed', () => {
    const source = addressBytes('10.99.0.10')
    const group = addressBytes('224.0.0.18')
    fc.assert(
      fc.property(octet, octet, fc.nat(), fc.integer({ min: 1, max: 255 }), (vrid, priority, where, change) => {
        for (const rules of [AH, expected({ signature }), expected({ signature, version: 3 })]) {
          const said = new Exchange(rules, () => 1_000_000).say(vrid, priority, source, group)
          const packet = rules.ahKey === null ? ipv4Packet(said, source, group) : said
          const heard = (bytes: Buffer): Verdict => new Exchange(rules, () => 1_000_000).hear(decoded(bytes))
          expect(heard(packet)).toMatchObject({ ok: true, advert: { vrid, priority } })
          const changed = Buffer.from(packet)
          const at = 20 + (where % said.length) * (rules.ahKey === null ? 1 : 0)
          changed[at] = (changed[at] ?? 0) ^ change
          expect(heard(changed).ok).toBe(false)
        }
      }),
    )
  })

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const datagram = decodeIpv4(Buffer.from(bytes))
        if (datagram === null) return
        const verdict = checkPacket(datagram, expected({}), NOTHING_HEARD, 0)
        expect(typeof verdict.ok).toBe('boolean')
        vridOf(datagram)
      }),
    )
  })

  it('the whole password of eight bytes counts, and no more', () => {
    expect(passwordAuth('abcdefgh')).toEqual(passwordAuth('abcdefghijkl'))
    expect(passwordAuth('abcdefgh')).not.toEqual(passwordAuth('abcdefg'))
  })
})
