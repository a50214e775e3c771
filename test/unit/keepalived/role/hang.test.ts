import { describe, expect, it, vi } from 'vitest'
import { Hang, type HangOptions } from '../../../../src/keepalived/role/hang.ts'

function setting(overrides: Partial<HangOptions>): { hang: Hang; did: string[] } {
  const did: string[] = []
  const hang = new Hang({
    server: { name: 'db', onHang: 'kill' },
    holder: () => true,
    peerObjection: () => null,
    kill() {
      did.push('kill')
      return ''
    },
    async hangUp() {
      did.push('hang up')
      return ''
    },
    giveUp: () => did.push('give up'),
    log: () => undefined,
    ...overrides,
  })
  return { hang, did }
}

describe('a server that hangs', () => {
  it('on the holder: killed before the address goes', () => {
    const { hang, did } = setting({})
    hang.begin('stopped')
    expect(did).toEqual(['kill', 'hang up', 'give up'])
  })

  it('that can’t be killed: its connections are reset before the address goes', async () => {
    const { hang, did } = setting({ kill: () => 'no pid' })
    hang.begin('stopped')
    expect(did).toEqual(['hang up'])
    await vi.waitFor(() => expect(did).toEqual(['hang up', 'give up']))
  })

  it('on_hang reset: left alive', async () => {
    const { hang, did } = setting({ server: { name: 'db', onHang: 'reset' } })
    hang.begin('stopped')
    await vi.waitFor(() => expect(did).toEqual(['hang up', 'give up']))
  })

  it('on the standby: it only counts as down', () => {
    const { hang, did } = setting({ holder: () => false })
    hang.begin('stopped')
    expect(did).toEqual(['give up'])
  })

  it('nobody could take over: nothing is done, until somebody can', async () => {
    let objection: string | null = 'the peer is away'
    const said: string[] = []
    const { hang, did } = setting({ peerObjection: () => objection, log: (_, message) => said.push(message) })
    hang.begin('stopped')
    expect(did).toEqual([])
    expect(said).toHaveLength(1)
    objection = null
    await vi.waitFor(() => expect(did).toEqual(['kill', 'hang up', 'give up']))
  })

  it('nobody could take over, and it answers again: nothing was done', async () => {
    vi.useFakeTimers()
    const { hang, did } = setting({ peerObjection: () => 'the peer is away' })
    hang.begin('stopped')
    hang.end()
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    expect(did).toEqual([])
  })
})
