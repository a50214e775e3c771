import { describe, expect, it } from 'vitest'
import { failuresOf, summarizeFaults, verdictOf } from '../../../src/drill/analysis/verdict.ts'
import { markdownReport } from '../../../src/drill/report/markdown.ts'
import type { DrillResult, RunResult } from '../../../src/drill/result.ts'

const good: RunResult = {
  fault: 'sigkill',
  run: 1,
  at: '2026-11-21T03:00:00.000Z',
  holder: 'm1',
  successor: 'm2',
  downtime: 120,
  downtimeFromFault: 118,
  downtimeByWriter: [121, 125],
  laterGaps: [],
  ledger: {
    ackedInserts: 10,
    ackedUpdates: 9,
    lost: [],
    reverted: [],
    duplicates: [],
    indeterminate: 2,
    appeared: 1,
    refusedYetThere: 0,
    unexplained: [],
  },
  splitVip: { certain: 0, possible: 1.5 },
  splitWritable: { certain: 0, possible: 40 },
  splitWrites: 0,
  alone: { ms: 1200, acknowledged: 40 },
  whole: 5000,
  wholeAfterRepair: 4000,
  notWhole: [],
  equality: { equal: true, tables: 2, gtids: 'u:1-9', differences: [] },
  clockUncertainty: 0,
  worstLook: 3,
  timeline: {
    from: -1000,
    to: 6000,
    acks: [-10, -5, 118, 120],
    hosts: [
      { name: 'm1', vip: [{ start: -1000, end: 20 }], writable: [{ start: -1000, end: 2 }] },
      { name: 'm2', vip: [{ start: 60, end: 6000 }], writable: [{ start: 50, end: 6000 }] },
    ],
    marks: [{ at: 0, text: 'SIGKILL' }],
  },
  failures: [],
}

describe('failuresOf', () => {
  it('is silent about a good run, indeterminate writes and what the sampler left open included', () => {
    expect(failuresOf(good)).toEqual([])
  })

  it.each<[string, Partial<RunResult>, RegExp]>([
    ['a lost write', { ledger: { ...good.ledger, lost: ['writer 0 seq 7'] } }, /1 acknowledged inserts lost: writer 0/],
    ['a reverted update', { ledger: { ...good.ledger, reverted: ['r0 is at version 2'] } }, /updates reverted/],
    ['an operation there twice', { ledger: { ...good.ledger, duplicates: ['writer 0 seq 7'] } }, /there twice/],
    ['a double VIP', { splitVip: { certain: 4, possible: 6 } }, /both hosts held the VIP for 4.0 ms/],
    ['two writable hosts', { splitWritable: { certain: 60, possible: 90 } }, /both hosts were writable/],
    ['split writes', { splitWrites: 3 }, /3 writes were acknowledged by one server/],
    ['no writes again', { downtime: null }, /could not write again/],
    ['a pair that stays broken', { whole: null, notWhole: ['m2 has not caught up'] }, /m2 has not caught up/],
    [
      'unequal data',
      { equality: { ...good.equality, equal: false, differences: ['table a.b'] } },
      /1 differences .*: table a.b/,
    ],
    ['a drill that measured nothing', { ledger: { ...good.ledger, ackedUpdates: 0 } }, /nothing was measured/],
  ])('names %s', (_, change, expected) => {
    expect(failuresOf({ ...good, ...change })).toEqual([expect.stringMatching(expected)])
  })
})

describe('verdictOf', () => {
  it.each([
    ['every run passed', [good, good], [], 'passed'],
    ['one run failed', [good, { ...good, failures: ['x'] }], [], 'failed'],
    ['something was left behind', [good], ['account'], 'failed'],
    ['nothing was run', [], [], 'failed'],
  ] as const)('%s', (_, runs, others, verdict) => {
    expect(verdictOf(runs, others)).toBe(verdict)
  })
})

describe('report', () => {
  const runs = [good, { ...good, run: 2, downtime: 200 }]
  const result: DrillResult = {
    verdict: 'passed',
    pair: 'lab',
    vip: '10.77.0.100',
    startedAt: good.at,
    seconds: 60,
    faults: summarizeFaults(runs),
    runs,
    skipped: [{ fault: 'power', reason: 'no switch' }],
    notTested: ['full disk'],
    environment: null,
    failures: [],
  }

  it('says the verdict first and gives minimum, median and maximum', () => {
    const text = markdownReport(result)
    expect(text).toMatch(/^# Failover drill of lab: PASSED\n/)
    expect(text).toContain('| sigkill | 2 of 2 | 120 / 160 / 200 |')
    expect(text).toContain('Not run: **power** — no switch.')
    expect(text).toContain('| 40 (1.2 s) |')
  })

  it('puts what failed right below a failed verdict', () => {
    const failed = { ...good, failures: ['1 acknowledged inserts lost: writer 0 seq 7'] }
    const text = markdownReport({ ...result, verdict: 'failed', runs: [failed] })
    expect(text.slice(0, 400)).toContain('- **sigkill run 1: 1 acknowledged inserts lost: writer 0 seq 7**')
  })

  it('is in Chinese for who reads Chinese, but for names and the picture', () => {
    const failed = { ...good, laterGaps: [12], failures: ['1 acknowledged inserts lost: writer 0 seq 7'] }
    const environment = {
      hosts: [{ name: 'm1', server: 'MariaDB 11.8.6', kernel: '6.12' }],
      writers: 4,
      client: 'c1',
      rate: 50,
      power: 'immediate reboot without sync (sysrq b); the disks keep their power',
      mmha: '0.1.0',
      node: 'v24',
    }
    const notTested = ['cut cable and network partitions']
    const text = markdownReport({ ...result, verdict: 'failed', runs: [good, failed], environment, notTested }, 'zh')
    const told = text.replaceAll(/```text[\s\S]*?```/g, '')
    expect(told).toContain('未通过')
    expect(told).toContain('丢失 1 条已确认的插入')
    expect(told.split('\n').filter((line) => /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(line))).toEqual([])
  })

  it('draws the move of the VIP', () => {
    const picture = markdownReport(result)
      .split('\n')
      .filter((line) => / VIP +│/.test(line))
    expect(picture[0]).toMatch(/^m1 VIP +│█+ +│$/)
    expect(picture[1]).toMatch(/^m2 VIP +│ +█+│$/)
  })
})
