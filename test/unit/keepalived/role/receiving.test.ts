import { describe, expect, it } from 'vitest'
import type { PeerView } from '../../../../src/keepalived/role/peer.ts'
import { hasEnded, isCutOff } from '../../../../src/keepalived/role/receiving.ts'
import { dialectOf } from '../../../../src/mysql/dialect.ts'
import { EMPTY } from '../../../../src/mysql/gtid-set.ts'
import type { ServerSnapshot } from '../../../../src/mysql/snapshot.ts'

/** When a promotion need not wait for its receiver's end: what came in after that would be applied over newer writes. */

function peer(closed: boolean, epoch: number | null): PeerView {
  const snapshot: ServerSnapshot = {
    history: { origin: 'peer', executed: EMPTY },
    received: EMPTY,
    closed,
    channel: null,
    semiSync: null,
    epoch: epoch === null ? null : { epoch, holder: 'peer', forced: false },
  }
  return { state: 'up', snapshot, dialect: dialectOf('9.7.4') }
}

describe('a peer that said where its history ends', () => {
  const said = { historyEnd: '2080b0e1-e552-11f1-81e9-02ab03741ecf:1-7', epoch: 7 }

  it.each<[what: string, view: PeerView, ended: boolean]>([
    ['is closed, and was not promoted since', peer(true, 7), true],
    ['is open', peer(false, 7), false],
    ['is closed, and was promoted since: what it wrote then may be on its way', peer(true, 8), false],
    ['has no epochs', peer(true, null), false],
    ['does not answer', { state: 'silent', why: 'no answer' }, false],
    ['is down: its word may be of another life', { state: 'down', why: 'refused' }, false],
  ])('%s', (_, view, ended) => {
    expect(hasEnded(said, view)).toBe(ended)
  })
})

describe('a receiver', () => {
  it.each<[what: string, io: 'running' | 'connecting' | 'stopped', state: PeerView['state'], cutOff: boolean]>([
    ['lost its connection to a server that is down', 'connecting', 'down', true],
    ['has its connection still: what it holds is not read yet', 'running', 'down', false],
    ['lost its connection to a server that answers, and connects again', 'connecting', 'up', false],
    ['lost its connection to a server that may only be slow', 'connecting', 'silent', false],
  ])('%s', (_, io, state, cutOff) => {
    expect(isCutOff({ io }, { state })).toBe(cutOff)
  })
})
