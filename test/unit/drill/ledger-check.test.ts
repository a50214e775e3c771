import { describe, expect, it } from 'vitest'
import { checkLedger, compareHosts, type HostData } from '../../../src/drill/analysis/ledger-check.ts'
import { serverUse } from '../../../src/drill/analysis/split-writes.ts'
import type { LedgerRecord, Outcome } from '../../../src/drill/ledger.ts'

let clock = 0
function insert(writer: number, seq: number, outcome: Outcome = 'ok'): LedgerRecord {
  clock += 10
  return {
    kind: 'insert',
    writer,
    seq,
    key: `id-${writer}-${seq}`,
    version: 0,
    outcome,
    begin: clock,
    end: clock + 5,
    error: '',
  }
}
function update(register: string, version: number, outcome: Outcome = 'ok'): LedgerRecord {
  return { ...insert(0, 1000 + version, outcome), kind: 'update', key: register, version }
}
function row(writer: number, seq: number, serverId = 1) {
  return { id: `id-${writer}-${seq}`, writer, seq, serverId }
}
const good: HostData = {
  rows: [row(0, 1), row(1, 1)],
  registers: [{ key: 'r0', version: 3, hist: [1, 2, 3] }],
}
const ledger = [insert(0, 1), insert(1, 1), update('r0', 1), update('r0', 2), update('r0', 3)]
const clean = {
  ackedInserts: 2,
  ackedUpdates: 3,
  lost: [],
  reverted: [],
  duplicates: [],
  indeterminate: 0,
  appeared: 0,
  refusedYetThere: 0,
  unexplained: [],
}

describe('checkLedger', () => {
  it('finds nothing when everything acknowledged is there', () => {
    expect(checkLedger(ledger, good)).toEqual(clean)
  })

  it.each<[string, readonly LedgerRecord[], HostData, object]>([
    ['a lost insert', ledger, { ...good, rows: [row(0, 1)] }, { lost: ['writer 1 seq 1'] }],
    [
      'an update whose row went back to an older version',
      ledger,
      { ...good, registers: [{ key: 'r0', version: 2, hist: [1, 2] }] },
      { reverted: ['writer 0 seq 1003 (r0 = 3)', 'r0 is at version 2, acknowledged was 3'] },
    ],
    [
      'an update that was reverted and then overwritten: the silent swap',
      ledger,
      { ...good, registers: [{ key: 'r0', version: 3, hist: [1, 3] }] },
      { reverted: ['writer 0 seq 1002 (r0 = 2)'] },
    ],
    [
      'a history that goes backwards',
      ledger,
      { ...good, registers: [{ key: 'r0', version: 2, hist: [1, 3, 2] }] },
      { reverted: ['r0 is at version 2, acknowledged was 3', 'r0: its history goes backwards'] },
    ],
    ['a shared row that is gone', ledger, { ...good, registers: [] }, { ackedUpdates: 3 }],
    [
      'an insert that is there twice',
      ledger,
      { ...good, rows: [...good.rows, { ...row(0, 1), id: 'other' }] },
      { duplicates: ['writer 0 seq 1'], unexplained: ['writer 0 seq 1'] },
    ],
    [
      'an update that was applied twice',
      ledger,
      { ...good, registers: [{ key: 'r0', version: 3, hist: [1, 2, 2, 3] }] },
      { duplicates: ['r0 = 2'] },
    ],
    [
      'an indeterminate operation that happened, as a report',
      [...ledger, insert(2, 1, 'indeterminate'), insert(2, 2, 'indeterminate')],
      { ...good, rows: [...good.rows, row(2, 1)] },
      { indeterminate: 2, appeared: 1, lost: [] },
    ],
    [
      'a refused operation that happened all the same',
      [...ledger, insert(2, 1, 'fail')],
      { ...good, rows: [...good.rows, row(2, 1)] },
      { refusedYetThere: 1, lost: [] },
    ],
  ])('finds %s', (_, records, data, expected) => {
    expect(checkLedger(records, data)).toMatchObject(expected)
  })

  it('names a register that is gone', () => {
    expect(checkLedger(ledger, { ...good, registers: [] }).reverted).toContain('r0 is gone')
  })
})

describe('compareHosts', () => {
  it('is silent about equal hosts', () => {
    expect(compareHosts(good, structuredClone(good) as HostData, 'm1', 'm2')).toEqual([])
  })

  it('names rows of one side only and rows that differ', () => {
    const other: HostData = {
      rows: [row(0, 1), row(3, 9)],
      registers: [{ key: 'r0', version: 2, hist: [1, 2] }],
    }
    expect(compareHosts(good, other, 'm1', 'm2')).toEqual([
      'insert id-1-1: only on m1',
      'register r0: m1 has 3:1,2,3, m2 has 2:1,2',
      'insert id-3-9: only on m2',
    ])
  })
})

describe('serverUse', () => {
  const writes = [insert(0, 1), insert(0, 2), insert(0, 3), insert(0, 4)]
  const on = (...servers: number[]) => servers.map((server, i) => row(0, i + 1, server))

  it.each([
    ['one server', on(1, 1, 1, 1), { servers: [1], splitWrites: 0 }],
    ['one move', on(1, 1, 2, 2), { servers: [1, 2], splitWrites: 0 }],
    ['writes on both by turns', on(1, 2, 1, 2), { servers: [1, 2], splitWrites: 2 }],
    ['there and back', on(1, 2, 2, 1), { servers: [1, 2], splitWrites: 2 }],
  ])('%s', (_, rows, expected) => {
    expect(serverUse(writes, rows)).toEqual(expected)
  })
})
