import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AddressChange,
  addAddress,
  deleteAddress,
  parseMessages,
} from '../../../../src/keepalived/linux/netlink-message.ts'

const change: AddressChange = {
  ifindex: 7,
  family: 4,
  address: Uint8Array.of(10, 77, 0, 100),
  prefix: 24,
  label: 'eth0:1',
  leaseSeconds: 1,
  preferredSeconds: null,
}

describe('address messages', () => {
  it('an address with a lease, byte for byte as rtnetlink(7) lays it out', () => {
    expect(addAddress(change, 5).toString('hex')).toBe(
      [
        '48000000', // length 72
        '1400', // RTM_NEWADDR
        '0505', // REQUEST ACK REPLACE CREATE
        '05000000', // sequence
        '00000000', // to the kernel
        '02180000', // AF_INET /24, no flags, universe
        '07000000', // interface
        '08000200', // IFA_LOCAL
        '0a4d0064',
        '08000100', // IFA_ADDRESS
        '0a4d0064',
        '0b000300', // IFA_LABEL
        '657468303a310000',
        '14000600', // IFA_CACHEINFO
        '0100000001000000', // preferred and valid, s
        '0000000000000000',
      ].join(''),
    )
  })

  it('without a lease it stays for ever', () => {
    expect(addAddress({ ...change, leaseSeconds: 0 }, 1).toString('hex')).toContain('ffffffffffffffff')
  })

  it('a part of a second is rounded up: the kernel knows whole ones', () => {
    expect(addAddress({ ...change, leaseSeconds: 1.2 }, 1).toString('hex')).toContain('0200000002000000')
  })

  it('the kernel would answer with the address that was asked for', () => {
    for (const [build, removed] of [
      [addAddress, false],
      [deleteAddress, true],
    ] as const) {
      expect(parseMessages(build(change, 1))).toEqual([
        {
          kind: 'address',
          removed,
          ifindex: 7,
          family: 4,
          address: change.address,
          prefix: 24,
          secondary: false,
          usable: true,
        },
      ])
    }
  })

  it('any bytes: no exception, no endless loop', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(Array.isArray(parseMessages(Buffer.from(bytes)))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })
})
