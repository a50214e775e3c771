import { describe, expect, it } from 'vitest'
import {
  forcedVerdict,
  judge,
  objectionToLetGo,
  promotionVerdict,
  type Situation,
  wasSynchronous,
} from '../../../../src/keepalived/role/judgement.ts'
import type { PeerView } from '../../../../src/keepalived/role/peer.ts'
import { dialectOf } from '../../../../src/mysql/dialect.ts'
import { parseGtidSet } from '../../../../src/mysql/gtid-set.ts'
import { ENDLESS_MS, type SemiSyncStatus } from '../../../../src/mysql/semi-sync.ts'
import type { ServerSnapshot } from '../../../../src/mysql/snapshot.ts'

const ME = '206ec99c-e552-11f1-8aae-02cafa17b0a9'
const PEER = '2080b0e1-e552-11f1-81e9-02ab03741ecf'

function snapshot(origin: string, set: string, over: Partial<ServerSnapshot> = {}): ServerSnapshot {
  const executed = parseGtidSet('mysql', set.replaceAll('ME', ME).replaceAll('PEER', PEER))
  return {
    history: { origin, executed },
    received: executed,
    closed: true,
    channel: null,
    semiSync: null,
    epoch: null,
    ...over,
  }
}

const peerUp = (set: string, over: Partial<ServerSnapshot> = {}): PeerView => ({
  state: 'up',
  snapshot: snapshot(PEER, set, over),
  dialect: dialectOf('9.7.4'),
})
const holding = { closed: false }
const silent: PeerView = { state: 'silent', why: 'no answer' }
const gone: PeerView = { state: 'down', why: 'refused' }

function situation(mine: string, peer: PeerView, over: Partial<Situation> = {}): Situation {
  const own = snapshot(ME, mine)
  return {
    policy: 'availability',
    flavour: 'mysql',
    holder: false,
    mine: own,
    refusal: null,
    mineBefore: own.history,
    peer,
    peerHeardMs: 100,
    upMs: 60_000,
    soloWaitMs: 10_000,
    quarantine: null,
    doubt: null,
    ...over,
  }
}

const HELD = { epoch: 1, holder: PEER, forced: false }
const openHere = (set: string, peer: PeerView) => situation(set, peer, { mine: snapshot(ME, set, holding) })

describe('the gate', () => {
  const lost = { doubt: 'it ended without a shutdown' }
  const fresh = { peerHeardMs: null, upMs: 1_000 }
  it.each<[string, Situation, boolean, string]>([
    ['standby of a holder', situation('ME:1', peerUp('ME:1,PEER:1', holding)), true, 'standby, behind'],
    ['returned with a tail', situation('ME:1-2', peerUp('ME:1,PEER:1', holding)), false, 'diverged'],
    ['returned from a snapshot', situation('ME:1', peerUp('ME:1-2', holding)), false, 'rolled-back'],
    [
      'applier stopped, what is missing is the holder’s',
      situation('ME:1', peerUp('ME:1,PEER:1', holding), { refusal: 'error 1062' }),
      true,
      'standby, behind',
    ],
    ['made by hand, clients write here', openHere('ME:1-3', peerUp('ME:1')), true, 'newer history'],
    ['the same, and clients write there, too', openHere('ME:1', peerUp('ME:1', holding)), false, 'open for writes'],
    ['the same, and the other one is away', openHere('ME:1-3', silent), false, 'open for writes'],
    ['open here, and there was a holder', openHere('ME:1', peerUp('ME:1', { epoch: HELD })), false, 'open for writes'],
    ['both fresh', situation('ME:1', peerUp('ME:1')), true, 'both have the same'],
    [
      'rows in doubt, the peer serves',
      situation('ME:1', peerUp('ME:1', holding), lost),
      false,
      'quarantined, rolled-back',
    ],
    [
      'rows in doubt, both fresh',
      situation('ME:1', peerUp('ME:1'), { ...lost, upMs: 1_000 }),
      false,
      'peer is to serve',
    ],
    ['rows in doubt, and nobody else serves', situation('ME:1', peerUp('ME:1'), lost), true, 'both have the same'],
    [
      'rows in doubt, consistency',
      situation('ME:1', peerUp('ME:1'), { ...lost, policy: 'consistency' }),
      false,
      'peer is to serve',
    ],
    ['both started, peer has more', situation('ME:1', peerUp('ME:1,PEER:1-4')), false, '4 transactions more'],
    ['both started, I have more', situation('ME:1-3', peerUp('ME:1')), true, 'newer history'],
    ['the holder has died', situation('ME:1', gone), true, 'the peer is gone'],
    ['just started, alone', situation('ME:1', gone, fresh), false, 'waiting for the peer'],
    ['long started, alone', situation('ME:1', gone, { peerHeardMs: null, upMs: 10_000 }), true, 'goes on alone'],
    [
      'alone, consistency',
      situation('ME:1', gone, { peerHeardMs: null, policy: 'consistency' }),
      false,
      'not been seen',
    ],
    [
      'quarantined before the peer went',
      situation('ME:1', gone, { quarantine: { standing: 'diverged', why: 'as said' } }),
      false,
      'as said',
    ],
    [
      'open without being the holder',
      situation('ME:1', gone, { mine: snapshot(ME, 'ME:1', holding) }),
      false,
      'open for writes',
    ],
    ['holder', situation('ME:1', gone, { holder: true }), true, 'holds the address'],
  ])('%s', (_, now, open, reason) => {
    const { gate } = judge(now)
    expect(gate.open).toBe(open)
    expect(gate.reason).toContain(reason)
  })
})

describe('the channel', () => {
  it.each<[string, Situation, string]>([
    ['standby, clean', situation('ME:1', peerUp('ME:1', holding)), 'start'],
    ['standby, behind', situation('ME:1', peerUp('ME:1,PEER:1', holding)), 'start'],
    ['standby, diverged', situation('ME:1-2', peerUp('ME:1', holding)), 'stop'],
    ['nobody holds the address', situation('ME:1', peerUp('ME:1,PEER:1')), 'keep'],
    ['the holder is away', situation('ME:1', gone), 'keep'],
    ['holder, standby has nothing of its own', situation('ME:1-2', peerUp('ME:1'), { holder: true }), 'start'],
    ['holder, standby has something of its own', situation('ME:1-2', peerUp('ME:1,PEER:1'), { holder: true }), 'stop'],
    ['holder, the other is open too', situation('ME:1', peerUp('ME:1', holding), { holder: true }), 'stop'],
    ['holder, standby down', situation('ME:1', gone, { holder: true }), 'stop'],
    ['holder, standby slow', situation('ME:1', silent, { holder: true }), 'keep'],
    ['holder, standby silent', situation('ME:1', silent, { holder: true, peerHeardMs: 2_000 }), 'stop'],
  ])('%s', (_, now, channel) => {
    expect(judge(now).channel).toBe(channel)
  })
})

describe('promotion', () => {
  const applied = { state: 'applied' } as const
  const applying = { state: 'applying', detail: 'still at it' } as const
  const broken = { state: 'broken', detail: 'error 1062' } as const
  it.each([
    ['the holder is gone', situation('ME:1', gone), applied, true, 'refused'],
    ['the holder has closed and left', situation('ME:1', peerUp('ME:1')), applied, true, 'no more'],
    ['the holder lives', situation('ME:1', peerUp('ME:1', holding)), applied, false, 'open for writes'],
    ['the peer has more', situation('ME:1', peerUp('ME:1,PEER:1')), applied, false, 'has more'],
    [
      'quarantined',
      situation('ME:1', gone, { quarantine: { standing: 'diverged', why: '' } }),
      applied,
      false,
      'quarantined',
    ],
    ['received, not applied yet', situation('ME:1', gone), applying, false, 'still at it'],
    ['the applier is broken, availability', situation('ME:1', gone), broken, true, 'policy availability'],
    ['the applier is broken, consistency', situation('ME:1', gone, { policy: 'consistency' }), broken, false, '1062'],
  ] as const)('%s', (_, now, received, ok, reason) => {
    const verdict = promotionVerdict(now, received)
    expect(verdict.ok).toBe(ok)
    expect(verdict.reason).toContain(reason)
    expect(verdict.forced).toBe(ok && received.state === 'broken')
  })
})

describe('promotion by an operator’s word', () => {
  const broken = { state: 'broken', detail: 'error 1062' } as const
  const quarantine = { standing: 'diverged', why: '' } as const
  it.each([
    ['quarantined', situation('ME:1', gone, { quarantine }), { state: 'applied' }, true, 'operator'],
    [
      'the peer is closed and has more',
      situation('ME:1', peerUp('ME:1,PEER:1')),
      { state: 'applied' },
      true,
      'operator',
    ],
    ['the applier is broken', situation('ME:1', gone, { policy: 'consistency' }), broken, true, '1062'],
    ['the holder lives', situation('ME:1', peerUp('ME:1', holding)), { state: 'applied' }, false, 'open for writes'],
  ] as const)('%s', (_, now, received, ok, reason) => {
    const verdict = forcedVerdict(now, received)
    expect(verdict).toMatchObject({ ok, forced: ok })
    expect(verdict.reason).toContain(reason)
  })
})

describe('was the holder waiting for us?', () => {
  const waiting: SemiSyncStatus = {
    enabled: true,
    active: true,
    clients: 1,
    waitSessions: 0,
    acknowledged: 5,
    timeoutMs: ENDLESS_MS,
    afterSync: true,
    replicaEnabled: true,
  }
  const heard = (semiSync: SemiSyncStatus | null, agoMs = 200, over: Partial<ServerSnapshot> = holding) => ({
    snapshot: snapshot(PEER, '', { semiSync, ...over }),
    agoMs,
  })
  it.each([
    ['yes', heard(waiting), true],
    ['never heard', null, false],
    ['long ago', heard(waiting, 10_000), false],
    ['it had given up', heard({ ...waiting, active: false }), false],
    ['it could give up by itself', heard({ ...waiting, timeoutMs: 1000 }), false],
    ['it was no holder', heard(waiting, 200, {}), false],
    ['no semi-sync', heard(null), false],
  ])('%s', (_, last, expected) => {
    expect(wasSynchronous(last)).toBe(expected)
  })
})

describe('may commits go without the standby?', () => {
  const base = { connection: 'connected', policy: 'availability', peer: 'silent', peerLives: false } as const
  it.each<[what: string, now: Parameters<typeof objectionToLetGo>[0], says: RegExp | null]>([
    ['availability, the standby is silent', base, null],
    ['availability, this node is cut off', { ...base, connection: 'cut-off' }, /cut off/],
    ['availability, this node may be', { ...base, connection: 'doubtful' }, /cut off/],
    ['consistency, the standby is silent', { ...base, policy: 'consistency' }, /policy consistency/],
    ['consistency, its daemon is heard', { ...base, policy: 'consistency', peerLives: true }, null],
    ['consistency, its server has died', { ...base, policy: 'consistency', peer: 'down' }, null],
    ['consistency, it answers and does not fetch', { ...base, policy: 'consistency', peer: 'up' }, null],
    ['consistency, cut off although it died', { ...base, connection: 'cut-off', peer: 'down' }, /cut off/],
  ])('%s', (_, now, says) => {
    if (says === null) expect(objectionToLetGo(now)).toBeNull()
    else expect(objectionToLetGo(now)).toMatch(says)
  })
})
