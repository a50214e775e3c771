import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bounds, contains, parseCidr, parseIpv4, sameNetwork } from '../../../src/wizard/ipv4.ts'

const address = fc.ipV4()

describe('IPv4', () => {
  it.each(['', '10.0.0', '10.0.0.256', '10.0.0.01', '10.0.0.1.', 'fe80::1', '10.0.0.1/24', ' 10.0.0.1'])(
    '"%s" is no address',
    (text) => expect(parseIpv4(text)).toBeNull(),
  )

  it.each(['10.0.0.1', '10.0.0.1/33', '10.0.0.1/', '10.0.0.1/2/3', 'fe80::1/64', '10.0.0.1/-1'])(
    '"%s" is no address with a prefix length',
    (text) => expect(parseCidr(text)).toBeNull(),
  )

  it.each([
    ['10.77.0.11', 24, '10.77.0.0', '10.77.0.255'],
    ['10.77.3.11', 22, '10.77.0.0', '10.77.3.255'],
    ['192.168.1.130', 25, '192.168.1.128', '192.168.1.255'],
    ['255.255.255.255', 1, '128.0.0.0', '255.255.255.255'],
    ['10.1.2.3', 0, '0.0.0.0', '255.255.255.255'],
  ])('%s/%i goes from %s to %s', (addressText, prefix, first, last) => {
    expect(bounds({ address: addressText, prefix })).toEqual({ first, last })
  })

  it('a network contains its own bounds, and they name the same network', () => {
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 32 }), (text, prefix) => {
        const cidr = { address: text, prefix }
        const { first, last } = bounds(cidr)
        expect(contains(cidr, first) && contains(cidr, last) && contains(cidr, text)).toBe(true)
        expect(sameNetwork(cidr, { address: last, prefix })).toBe(true)
      }),
    )
  })

  it('the address after the last one is outside', () => {
    expect(contains({ address: '10.77.0.11', prefix: 24 }, '10.77.1.0')).toBe(false)
  })
})
