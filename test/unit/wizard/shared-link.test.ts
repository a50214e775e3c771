import { describe, expect, it } from 'vitest'
import { english } from '../../../src/events/message.ts'
import { linkLabel, nicNames, sharedLinks, whyNoLink } from '../../../src/wizard/shared-link.ts'
import { hostWith } from './facts.ts'

const names = (a: string[], b: string[], reached: [string, string] = ['-', '-']) =>
  sharedLinks([hostWith(...a), hostWith(...b)], reached).map(nicNames)

describe('interfaces that can carry a VIP', () => {
  it('offers those whose subnet is on both hosts, and not loopback', () => {
    expect(
      names(['lo 127.0.0.1/8', 'eth0 10.0.0.1/24', 'eth1 10.1.0.1/24'], ['lo 127.0.0.1/8', 'eth0 10.0.0.2/24']),
    ).toEqual(['eth0'])
  })

  it('ranks the link by which SSH reached both hosts first', () => {
    const a = ['eth0 10.0.0.1/24', 'eth1 10.1.0.1/24']
    const b = ['eth0 10.0.0.2/24', 'eth1 10.1.0.2/24']
    expect(names(a, b)).toEqual(['eth0', 'eth1'])
    expect(names(a, b, ['10.1.0.1', '10.1.0.2'])).toEqual(['eth1', 'eth0'])
  })

  it('ranks a link that is down last, also when SSH names its address', () => {
    expect(
      names(
        ['eth0! 10.0.0.1/24', 'eth1 10.1.0.1/24'],
        ['eth0 10.0.0.2/24', 'eth1 10.1.0.2/24'],
        ['10.0.0.1', '10.0.0.2'],
      ),
    ).toEqual(['eth1', 'eth0'])
  })

  it('pairs interfaces of different names by their subnet, after those of one name', () => {
    expect(names(['ens3 10.0.0.1/24', 'eth1 10.1.0.1/24'], ['enp1s0 10.0.0.2/24', 'eth1 10.1.0.2/24'])).toEqual([
      'eth1',
      'ens3/enp1s0',
    ])
  })

  it('needs the same prefix length, not only the same first octets', () => {
    expect(names(['eth0 10.0.0.1/24'], ['eth0 10.0.0.2/25'])).toEqual([])
  })

  it('takes neither IPv6, nor a lent /32, nor one address that both hosts claim', () => {
    expect(names(['eth0 fe80::1/64 10.0.0.9/32'], ['eth0 fe80::2/64 10.0.0.9/32'])).toEqual([])
    expect(names(['docker0 172.17.0.1/16'], ['docker0 172.17.0.1/16'])).toEqual([])
  })

  it('names a second address on the same two interfaces once', () => {
    const links = sharedLinks(
      [hostWith('eth0 10.0.0.1/24 10.0.0.100/24'), hostWith('eth0 10.0.0.2/24')],
      ['10.0.0.1', '10.0.0.2'],
    )
    expect(links.map(linkLabel)).toEqual(['eth0 (10.0.0.1/24, 10.0.0.2/24)'])
  })

  it('says what each host has when there is none', () => {
    expect(english(whyNoLink([hostWith('eth0 10.0.0.1/24'), hostWith('lo 127.0.0.1/8')], ['a', 'b']))).toBe(
      'a has eth0 10.0.0.1/24; b has no IPv4 address: no subnet is on both, so no address can move between them',
    )
  })
})
