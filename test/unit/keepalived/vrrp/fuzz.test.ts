import { expect, it } from 'vitest'
import { captured, fuzzPackets } from '../../../fuzz/packets.ts'

const FIXTURES = new URL('../../../fixtures/golden-vrrp', import.meta.url).pathname

it('50,000 mutated packets: none throws or hangs, each is accepted or has its reason', () => {
  const packets = captured(FIXTURES)
  expect(packets.length).toBeGreaterThan(100)
  const { accepted, faults } = fuzzPackets(packets, 50_000, 7)
  expect(accepted).toBeGreaterThan(100)
  expect([...faults]).toEqual(
    expect.arrayContaining([
      ...['length', 'ttl', 'version', 'authType', 'authMismatch', 'authFailure', 'ahFailure', 'interval', 'type'],
      ...['checksum', 'kind', 'unknownPeer', 'extMissing', 'extMalformed', 'extUnknownKey', 'extInvalid', 'extReplay'],
    ]),
  )
}, 60_000)
