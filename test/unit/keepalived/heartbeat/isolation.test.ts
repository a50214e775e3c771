import { describe, expect, it } from 'vitest'
import { type Connection, type Contacts, connectionOf } from '../../../../src/keepalived/heartbeat/isolation.ts'

describe('is this node cut off? (after 1000 ms)', () => {
  const since = 0
  it.each<[what: string, contacts: Contacts, now: number, connection: Connection]>([
    ['just started', { peerAt: null, witnessAt: null, since }, 100, 'connected'],
    ['nobody since the start', { peerAt: null, witnessAt: null, since }, 1000, 'cut-off'],
    ['the peer answers', { peerAt: 9_900, witnessAt: 1, since }, 10_000, 'connected'],
    ['the witness answers', { peerAt: 1, witnessAt: 9_900, since }, 10_000, 'connected'],
    ['nobody for a while', { peerAt: 9_400, witnessAt: 9_500, since }, 10_000, 'doubtful'],
    ['nobody for too long', { peerAt: 9_000, witnessAt: 8_000, since }, 10_000, 'cut-off'],
    ['nobody, but we slept ourselves', { peerAt: 1, witnessAt: 1, since: 9_900 }, 10_000, 'connected'],
  ])('%s', (_, contacts, now, connection) => {
    expect(connectionOf(contacts, 1000, now)).toBe(connection)
  })
})
