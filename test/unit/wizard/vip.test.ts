import { describe, expect, it } from 'vitest'
import { english } from '../../../src/events/message.ts'
import { sharedLinks } from '../../../src/wizard/shared-link.ts'
import { readVip, vipRange } from '../../../src/wizard/vip.ts'
import { hostWith } from './facts.ts'

const facts = [hostWith('eth0 10.77.0.11/24'), hostWith('eth0 10.77.0.12/24 10.77.0.50/24')] as const
const link = sharedLinks(facts, ['10.77.0.11', '10.77.0.12']).at(0)

function read(text: string) {
  if (link === undefined) throw new Error('the hosts share a link')
  const answer = readVip(text, link, facts)
  return answer.ok ? answer.vip : english(answer.problem)
}

describe('the VIP as it was typed', () => {
  it.each(['10.77.0.100', '10.77.0.100/24'])('%s is taken with the prefix length of the interface', (text) => {
    expect(read(text)).toEqual({ address: '10.77.0.100', prefix: 24, heldBy: null })
  })

  it('knows which host holds it already', () => {
    expect(read('10.77.0.50')).toEqual({ address: '10.77.0.50', prefix: 24, heldBy: 1 })
  })

  it.each([
    ['192.168.1.300', '"192.168.1.300" is not an IPv4 address'],
    ['', '"" is not an IPv4 address'],
    ['10.77.0.100/99', '"10.77.0.100/99": the part after "/" is the length of the network, 0 to 32'],
    ['10.78.0.100', '10.78.0.100 is outside the subnet of the interface, 10.77.0.0/24'],
    ['10.77.0.100/16', "/16 is not the interface's prefix length: write 10.77.0.100/24"],
    ['10.77.0.0', "10.77.0.0 is the network's own address"],
    ['10.77.0.255', "10.77.0.255 is the network's broadcast address"],
    ['10.77.0.11', '10.77.0.11 is the own address of host 1: the VIP is a third address'],
    ['10.77.0.12/24', '10.77.0.12 is the own address of host 2: the VIP is a third address'],
  ])('%s is refused', (text, problem) => {
    expect(read(text)).toBe(problem)
  })

  it('says which addresses there are', () => {
    expect(link && english(vipRange(link))).toBe('10.77.0.0/24, 10.77.0.1 to 10.77.0.254')
  })
})
