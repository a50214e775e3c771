import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  addressAnswers,
  type Evidence,
  GONE_AFTER_MS,
  objectionToAbandon,
  unlessAbandoned,
} from '../../../../src/keepalived/role/abandoned.ts'
import type { PeerView } from '../../../../src/keepalived/role/peer.ts'
import { dialectOf } from '../../../../src/mysql/dialect.ts'
import { ENDLESS_MS, type SemiSyncStatus } from '../../../../src/mysql/semi-sync.ts'
import type { ServerSnapshot } from '../../../../src/mysql/snapshot.ts'

const WAITING: SemiSyncStatus = {
  enabled: true,
  active: true,
  clients: 1,
  waitSessions: 0,
  acknowledged: 5,
  timeoutMs: ENDLESS_MS,
  afterSync: true,
  replicaEnabled: true,
}

const open = (semiSync: Partial<SemiSyncStatus> | null = {}, closed = false): ServerSnapshot => {
  const executed = new Map()
  return {
    history: { origin: '1', executed },
    received: executed,
    closed,
    channel: null,
    semiSync: semiSync === null ? null : { ...WAITING, ...semiSync },
    epoch: null,
  }
}
const up = (snapshot: ServerSnapshot): PeerView => ({ state: 'up', snapshot, dialect: dialectOf('10.11.6-MariaDB') })

const ABANDONED: Evidence = {
  policy: 'availability',
  view: up(open()),
  heard: { snapshot: open(), agoMs: 500 },
  daemonGoneMs: GONE_AFTER_MS,
  peerAlone: false,
  received: { state: 'applied' },
}

describe('an open peer without a daemon', () => {
  it('counts as gone', () => {
    expect(objectionToAbandon(ABANDONED)).toBeNull()
    expect(objectionToAbandon({ ...ABANDONED, view: up(open({ clients: 0 })) })).toBeNull()
  })

  it.each<[what: string, over: Partial<Evidence>, says: string]>([
    ['its daemon is silent, and nobody says that it is dead', { daemonGoneMs: null }, 'may live'],
    ['its daemon may be on its way back', { daemonGoneMs: GONE_AFTER_MS - 1 }, 'for 5.0 s only'],
    ['policy consistency', { policy: 'consistency' }, 'policy consistency'],
    ['it does not wait for this server', { view: up(open({ active: false })) }, 'do not wait'],
    ['it would not wait for long', { view: up(open({ timeoutMs: 10_000 })) }, 'do not wait'],
    ['it has no semi-sync', { view: up(open(null)) }, 'do not wait'],
    [
      'it did not wait before',
      { heard: { snapshot: open({ enabled: false, active: false }), agoMs: 500 } },
      'do not wait',
    ],
    ['it was not asked before', { heard: null }, 'do not wait'],
    ['its daemon said that it goes on alone', { peerAlone: true }, 'do not wait'],
    ['a third server acknowledges', { view: up(open({ clients: 2 })) }, 'another replica'],
    ['what it sent is not applied', { received: { state: 'applying', detail: 'still at work' } }, 'still at work'],
    ['it is closed', { view: up(open({}, true)) }, 'not open'],
  ])('%s: stays what it is', (_what, over, says) => {
    expect(objectionToAbandon({ ...ABANDONED, ...over })).toContain(says)
  })

  describe('and its address', () => {
    const servers: Server[] = []
    afterEach(() => {
      for (const server of servers.splice(0)) server.close()
    })
    async function listening(): Promise<number> {
      const server = createServer((socket) => socket.destroy())
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('no port')
      return address.port
    }

    it('answers: it stays what it is, and what to do is said', async () => {
      const { view, advice } = await unlessAbandoned(ABANDONED, ['127.0.0.1'], await listening())
      expect(view).toBe(ABANDONED.view)
      expect(advice).toBe('; no daemon runs there (the address answers): on that host, systemctl start mmha-keepalived')
    })

    it('refuses, which is an answer too', async () => {
      const port = await listening()
      for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
      expect(await addressAnswers(['127.0.0.1'], port)).toBe(true)
    })
  })
})
