import { describe, expect, it, vi } from 'vitest'
import { ClosedKeeper } from '../../../../src/keepalived/role/closed-keeper.ts'
import type { PeerView } from '../../../../src/keepalived/role/peer.ts'
import { dialectOf } from '../../../../src/mysql/dialect.ts'
import type { Epoch } from '../../../../src/mysql/epoch.ts'
import type { ServerSnapshot } from '../../../../src/mysql/snapshot.ts'

const HELD: Epoch = { epoch: 4, holder: 'a', forced: false }

function server(closed: boolean, epoch: Epoch | null = null): ServerSnapshot {
  const executed = new Map()
  const history = { origin: 'a', executed }
  return { history, received: executed, closed, channel: null, semiSync: null, epoch }
}

const up = (closed: boolean, epoch: Epoch | null = null): PeerView => ({
  state: 'up',
  snapshot: server(closed, epoch),
  dialect: dialectOf('9.7.4'),
})
const away: PeerView = { state: 'silent', why: 'no answer' }

async function closes(keeper: ClosedKeeper, mine: ServerSnapshot, peer: PeerView, holder = false): Promise<boolean> {
  let closed = false
  const close = async () => {
    closed = true
    return { ok: true, reason: 'closed' }
  }
  await keeper.keep(mine, peer, holder, close, async () => server(true, mine.epoch))
  return closed
}

describe('a server that is open where the address is not', () => {
  const keeper = () => new ClosedKeeper(() => undefined)

  it('is closed, whatever the peer says, once there has been a holder', async () => {
    for (const peer of [up(true, HELD), up(false, HELD), away])
      expect(await closes(keeper(), server(false, HELD), peer)).toBe(true)
    expect(await closes(keeper(), server(false), up(true, HELD))).toBe(true)
  })

  it('is left open where nobody has ever held the address and the other one is closed: clients write here', async () => {
    expect(await closes(keeper(), server(false), up(true))).toBe(false)
    expect(await closes(keeper(), server(false), up(false))).toBe(true)
  })

  it('is closed when the other one is not heard for long, or no longer', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const fresh = keeper()
      expect(await closes(fresh, server(false), away)).toBe(false)
      vi.advanceTimersByTime(2_000)
      expect(await closes(fresh, server(false), away)).toBe(true)
      const heard = keeper()
      expect(await closes(heard, server(false), up(true))).toBe(false)
      expect(await closes(heard, server(false), away)).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is nobody’s matter where the address is', async () => {
    expect(await closes(keeper(), server(false, HELD), away, true)).toBe(false)
    expect(await closes(keeper(), server(true, HELD), away)).toBe(false)
  })
})
