import { describe, expect, it } from 'vitest'
import { holdersOf, type NodeStatus, problemDocument, problemsOf, statusText } from '../../../src/cli/pair-status.ts'
import { english } from '../../../src/events/message.ts'
import type { DaemonStatus } from '../../../src/keepalived/process/status.ts'

type Instance = DaemonStatus['instances'][number]
type Database = DaemonStatus['databases'][number]

const INSTANCE: Instance = {
  name: 'MMHA',
  state: 'BACKUP',
  vip: 'none',
  addresses: ['10.0.0.100/24'],
  interface: 'eth0',
  priority: 254,
  gate: { open: true, reason: 'standby, clean' },
  trackers: [{ name: 'mysql local', up: true, weight: null, reason: 'answers' }],
  checkWorker: true,
  lastTransition: 0,
  master: null,
  counters: {
    advertsSent: 0,
    advertsReceived: 0,
    becameMaster: 0,
    releasedMaster: 0,
    priorityZeroSent: 0,
    priorityZeroReceived: 0,
    sendErrors: 0,
    faults: {},
    latestMs: 0,
    longestRenewalMs: 0,
  },
}
const STANDBY: Database = {
  instance: 'MMHA',
  up: true,
  holder: false,
  writable: false,
  epoch: 3,
  peer: 'up',
  replicates: true,
  refusal: null,
  secondsBehind: 0,
  transactionsBehind: 0,
  mayLack: null,
  commitsWait: null,
  standbys: null,
  enforced: false,
  quarantine: null,
}
const HOLDER: Database = { ...STANDBY, holder: true, writable: true, commitsWait: true, standbys: 1, enforced: true }

function node(host: string, instance: Partial<Instance>, database: Database | null, maintenance = false): NodeStatus {
  const status: DaemonStatus = {
    pid: 1,
    version: '0.1.0',
    maintenance,
    instances: [{ ...INSTANCE, ...instance }],
    virtualServers: [],
    databases: database === null ? [] : [database],
  }
  return { host, address: `10.0.0.1${host.slice(1)}`, status, problem: null }
}

const m1 = node('m1', { state: 'MASTER', vip: 'held' }, HOLDER)
const m2 = node('m2', {}, STANDBY)
const down = { ...INSTANCE.trackers[0], name: 'mysql local', up: false, weight: null, reason: 'connection refused' }
const said = (nodes: readonly NodeStatus[]) =>
  problemsOf(nodes, 'pair.yml').map(({ host, text }) => (host === null ? english(text) : `${host} ${english(text)}`))

describe('what is wrong with a pair', () => {
  it('nothing', () => {
    expect(said([m1, m2])).toEqual([])
    expect(holdersOf([m1, m2])).toEqual(['m1'])
  })

  it.each<[string, readonly NodeStatus[], readonly (string | RegExp)[]]>([
    [
      'a host is off',
      [m1, { ...m2, status: null, problem: { kind: 'unreachable', text: 'm2: no route' } }],
      [/m2 m2: no route/],
    ],
    [
      'no daemon',
      [m1, { ...m2, status: null, problem: { kind: 'no-daemon', text: 'the daemon does not run' } }],
      [/m2 the/],
    ],
    [
      'a database is down',
      [m1, node('m2', { state: 'FAULT', trackers: [down] }, { ...STANDBY, up: false })],
      [/m2 mysql/],
    ],
    [
      'the gate is shut',
      [m1, node('m2', { gate: { open: false, reason: 'behind' } }, STANDBY)],
      [/m2 must not take over: behind/],
    ],
    ['maintenance', [m1, node('m2', {}, STANDBY, true)], [/m2 is in maintenance/]],
    [
      'quarantine, once',
      [
        m1,
        node(
          'm2',
          { gate: { open: false, reason: 'quarantined' } },
          { ...STANDBY, replicates: false, quarantine: { standing: 'diverged', why: 'own' } },
        ),
      ],
      [/m2 is quarantined, diverged: own/],
    ],
    [
      'a binary log that lost its end',
      [
        m1,
        node('m2', {}, { ...STANDBY, replicates: false, quarantine: { standing: 'rolled-back', why: 'error 1062' } }),
      ],
      [/m2 is quarantined, rolled-back: error 1062/],
    ],
    [
      'an applier that stopped at a row',
      [m1, node('m2', {}, { ...STANDBY, replicates: false, refusal: 'error 1062: Duplicate' })],
      [/m2 does not replicate any more: error 1062: Duplicate/],
    ],
    ['nobody holds it', [node('m1', {}, STANDBY), m2], ['nobody holds the address']],
    [
      'only one is left, and does not hold it',
      [node('m1', {}, STANDBY), { ...m2, status: null, problem: { kind: 'unreachable', text: 'm2: no route' } }],
      [/m2 m2: no route/, 'nobody holds the address'],
    ],
    ['both hold it', [m1, node('m2', { state: 'MASTER' }, HOLDER)], [/both hosts say/, /both servers take writes/]],
    [
      'commits wait for nobody',
      [node('m1', { state: 'MASTER' }, { ...HOLDER, commitsWait: false }), m2],
      [/m1 tells clients OK without/],
    ],
    [
      'not proven yet',
      [node('m1', { state: 'MASTER' }, { ...HOLDER, enforced: false }), m2],
      [/m1 waits for the standby, which/],
    ],
    [
      'the holder is read-only',
      [node('m1', { state: 'MASTER' }, { ...HOLDER, writable: false }), m2],
      [/m1 holds the address and is read-only/],
    ],
    ['no replication', [m1, node('m2', {}, { ...STANDBY, replicates: false })], ['m2 does not replicate']],
    ['behind', [m1, node('m2', {}, { ...STANDBY, secondsBehind: 11 })], ['m2 is 11 s behind']],
  ])('%s', (_, nodes, expected) => {
    const found = said(nodes)
    expect(found).toHaveLength(expected.length)
    expected.forEach((one, at) => {
      expect(found[at]).toMatch(one)
    })
    for (const { hint } of problemsOf(nodes, 'pair.yml')) expect(hint).not.toBe('')
  })

  it('at a glance', () => {
    const off: NodeStatus = { ...m2, status: null, problem: { kind: 'unreachable', text: 'no answer' } }
    expect(statusText('shop', '10.0.0.100', [m1, m2], [])).toBe(`shop  10.0.0.100
m1  10.0.0.11  MASTER  takes writes, epoch 3, each commit waits for the standby
m2  10.0.0.12  BACKUP  read-only, epoch 3, replicates, 0 transactions behind
whole: either host may be lost
`)
    expect(statusText('shop', '10.0.0.100', [m1, off], problemsOf([m1, off], 'pair.yml'))).toBe(`shop  10.0.0.100
m1  10.0.0.11  MASTER   takes writes, epoch 3, each commit waits for the standby
m2  10.0.0.12  UNKNOWN  no answer
! m2 no answer
  do: look at m2 itself; the other host serves alone meanwhile
`)
    const problems = problemsOf([m1, off], 'pair.yml')
    expect(statusText('shop', '10.0.0.100', [m1, off], problems, 'zh')).toBe(`shop  10.0.0.100
m1  10.0.0.11  MASTER  可写，纪元 3，每次提交都等待备库确认
m2  10.0.0.12  未知    no answer
! m2 no answer
  处理：请检查 m2 本身；此间由另一个节点单独提供服务
`)
    expect(statusText('shop', '10.0.0.100', [m1, m2], [], 'zh')).toContain('完整：任何一个节点故障都不影响服务')
  })

  it('is English, with a code, for programs', () => {
    const [problem] = problemsOf([m1, node('m2', {}, { ...STANDBY, replicates: false })], 'pair.yml')
    expect(problem && problemDocument(problem)).toEqual({
      host: 'm2',
      code: 'problem.replicates-not',
      text: 'does not replicate',
      hint: 'on m2: journalctl -u mmha-keepalived',
    })
  })
})
