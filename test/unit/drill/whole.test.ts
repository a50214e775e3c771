import { describe, expect, it } from 'vitest'
import { unitOf } from '../../../src/drill/faults/server-process.ts'
import type { HostState } from '../../../src/drill/pair/host-state.ts'
import { pairProblems, sameTransactions } from '../../../src/drill/pair/whole.ts'
import { hasInet6, hasLocalRoute } from '../../../src/drill/sampler/local-address.ts'

const U = '3e11fa47-71ca-11e1-9e33-c80aa9429562'
const channel = {
  host: 'peer',
  port: 3306,
  user: 'mmha_repl',
  io: 'running',
  sqlRunning: true,
  autoPosition: true,
  connectRetry: 1,
  applied: { file: 'binlog.000002', position: 400 },
  received: { file: 'binlog.000002', position: 400 },
  relayLogFile: 'relay.000002',
  receivedGtids: '',
  ioError: null,
  sqlError: null,
  secondsBehind: 0,
} as const
const semiSync = {
  enabled: true,
  active: true,
  clients: 1,
  waitSessions: 0,
  acknowledged: 5,
  timeoutMs: 1000,
  afterSync: true,
  replicaEnabled: true,
}
const holder: HostState = {
  name: 'm1',
  held: true,
  flavour: 'mysql',
  version: '9.7.4',
  serverId: '1',
  readOnly: false,
  gtids: `${U}:1-9`,
  binlog: { file: 'binlog.000002', position: 400 },
  channel,
  semiSync,
}
const standby: HostState = { ...holder, name: 'm2', held: false, serverId: '2', readOnly: true }

describe('pairProblems', () => {
  it('finds none in a whole pair', () => {
    expect(pairProblems([holder, standby], null)).toEqual([])
  })

  it('allows a standby behind a holder that is written to, when it has what the holder had a moment ago', () => {
    const now = { ...holder, gtids: `${U}:1-12` }
    expect(pairProblems([now, standby], holder)).toEqual([])
    expect(pairProblems([now, standby], null)).toEqual(['m2 has not caught up'])
  })

  it.each<[string, HostState, HostState, string]>([
    ['no VIP', { ...holder, held: false }, standby, 'no host holds the VIP'],
    ['two VIPs', holder, { ...standby, held: true }, 'both hosts hold the VIP'],
    ['a read-only holder', { ...holder, readOnly: true }, standby, 'm1 holds the VIP and is read-only'],
    ['a writable standby', holder, { ...standby, readOnly: false }, 'm2 is writable without the VIP'],
    ['no channel back', { ...holder, channel: null }, standby, 'm1 has no replication channel'],
    [
      'a channel that can’t connect',
      holder,
      { ...standby, channel: { ...channel, io: 'connecting', ioError: { code: 2003, message: 'refused' } } },
      'replication to m2 is connecting: refused',
    ],
    [
      'a stopped applier',
      holder,
      { ...standby, channel: { ...channel, sqlRunning: false } },
      'replication on m2 does not apply',
    ],
    [
      'semi-sync that fell back',
      { ...holder, semiSync: { ...semiSync, active: false } },
      standby,
      'm1 acknowledges writes without waiting for m2 (semi-sync is off)',
    ],
    ['a standby behind', holder, { ...standby, gtids: `${U}:1-8` }, 'm2 has not caught up'],
  ])('finds %s', (_, a, b, problem) => {
    expect(pairProblems([a, b], null)).toContain(problem)
  })

  it('compares binlog positions where there are no GTIDs', () => {
    const old = { ...holder, gtids: '' }
    const applied = { file: 'binlog.000002', position: 399 }
    expect(pairProblems([old, { ...standby, gtids: '' }], null)).toEqual([])
    expect(pairProblems([old, { ...standby, gtids: '', channel: { ...channel, applied } }], null)).toEqual([
      'm2 has not caught up',
    ])
  })
})

describe('sameTransactions', () => {
  it.each([
    ['equal sets', `${U}:1-9`, true],
    ['errant transactions on the standby', `${U}:1-10`, false],
    ['a standby behind', `${U}:1-8`, false],
  ])('%s', (_, gtids, expected) => {
    expect(sameTransactions([holder, { ...standby, gtids }])).toBe(expected)
  })
})

describe('local addresses', () => {
  const trie = [
    '     +-- 10.77.0.0/25 2 0 2',
    '        |-- 10.77.0.0',
    '           /24 link UNICAST',
    '        |-- 10.77.0.10',
    '           /32 link BROADCAST',
    '        |-- 10.77.0.100',
    '           /32 host LOCAL',
    '',
  ].join('\n')

  it.each([
    ['10.77.0.100', true],
    ['10.77.0.10', false],
    ['10.77.0.1', false],
    ['10.77.0.0', false],
  ])('%s in fib_trie: %s', (address, expected) => {
    expect(hasLocalRoute(trie, address)).toBe(expected)
  })

  it.each([
    ['fd00::a:1', true],
    ['fd00::a:2', false],
    ['::1', true],
  ])('%s in if_inet6: %s', (address, expected) => {
    const table =
      'fd0000000000000000000000000a0001 02 40 00 80 host0\n' + '00000000000000000000000000000001 01 80 10 80 lo\n'
    expect(hasInet6(table, address)).toBe(expected)
  })
})

describe('unitOf', () => {
  it.each([
    ['0::/system.slice/mysql.service\n', 'mysql.service'],
    ['12:pids:/system.slice/mariadb.service\n1:name=systemd:/system.slice/mariadb.service\n', 'mariadb.service'],
    ['0::/payload/system.slice/mysql.service/main\n', 'mysql.service'],
    ['0::/user.slice/session-1.scope\n', null],
    ['', null],
  ])('%j is %s', (cgroup, unit) => {
    expect(unitOf(cgroup)).toBe(unit)
  })
})
