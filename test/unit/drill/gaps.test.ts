import { describe, expect, it } from 'vitest'
import { downtimeOf } from '../../../src/drill/analysis/gaps.ts'
import { summarize } from '../../../src/drill/analysis/statistics.ts'
import { decodeLedger, encodeRecord, type LedgerRecord, type Outcome } from '../../../src/drill/ledger.ts'
import { outcomeOfError, outcomeOfRows } from '../../../src/drill/writer/outcome.ts'

function record(writer: number, end: number, outcome: Outcome = 'ok'): LedgerRecord {
  return {
    kind: 'insert',
    writer,
    seq: end,
    key: `k${writer}-${end}`,
    version: 0,
    outcome,
    begin: end - 1,
    end,
    error: '',
  }
}
const at = (writer: number, ...ends: number[]) => ends.map((end) => record(writer, end))

describe('downtimeOf', () => {
  it('measures the last acknowledgement before the outage to the first after it', () => {
    const records = [...at(0, 10, 20, 30, 500, 510), ...at(1, 15, 25, 35, 520, 530)]
    expect(downtimeOf(records, 2, 32, 540, 600)).toEqual({
      overall: 465,
      fromFault: 468,
      byWriter: [470, 485],
      later: [],
      outage: { from: 35, to: 500 },
    })
  })

  it('does not end with an indeterminate or refused operation', () => {
    const records = [...at(0, 10, 20), record(0, 100, 'indeterminate'), record(0, 200, 'fail'), ...at(0, 300)]
    expect(downtimeOf(records, 1, 25, 350, 400).overall).toBe(280)
  })

  it('leaves gaps before the fault alone', () => {
    expect(downtimeOf(at(0, 10, 400, 410, 430), 1, 405, 440, 500).overall).toBe(20)
  })

  it('lists later disturbances: a second gap on the way back', () => {
    const records = at(0, 10, 20, 320, 330, 540, 550)
    expect(downtimeOf(records, 1, 15, 325, 600).later).toEqual([{ from: 330, to: 540 }])
  })

  it('is the first outage, not a longer gap on the way back', () => {
    const { overall, later } = downtimeOf(at(0, 10, 20, 220, 230, 830, 840), 1, 15, 225, 900)
    expect({ overall, later }).toEqual({ overall: 200, later: [{ from: 230, to: 830 }] })
  })

  it('is open when writes never come back', () => {
    const { overall, fromFault, outage } = downtimeOf(at(0, 10, 20), 1, 15, 4000, 5000)
    expect({ overall, fromFault, outage }).toEqual({ overall: null, fromFault: null, outage: { from: 20, to: null } })
  })
})

describe('ledger file', () => {
  it('gives back what was written', () => {
    const records = [record(0, 1.125), { ...record(3, 2, 'indeterminate'), error: 'ECONNRESET "x"\n' }]
    expect(decodeLedger(records.map(encodeRecord).join(''))).toEqual(records)
  })

  it('leaves out a last line that was cut off', () => {
    expect(decodeLedger(`${encodeRecord(record(0, 1))}["i",0,`)).toHaveLength(1)
  })

  it.each(['{}', '["x",0,1,"k",0,"ok",1,2,""]', '["i",0,1,"k",0,"done",1,2,""]'])('refuses %s', (line) => {
    expect(() => decodeLedger(`${line}\n`)).toThrow(/ledger line/)
  })
})

describe('outcome', () => {
  it.each([
    [1290, 'fail'],
    [1040, 'fail'],
    [1053, 'indeterminate'],
    [1317, 'indeterminate'],
    [undefined, 'indeterminate'],
  ])('error %s is %s', (errno, outcome) => {
    expect(outcomeOfError(errno)).toBe(outcome)
  })

  it('an update that changed no row is not an acknowledgement', () => {
    expect([outcomeOfRows(1), outcomeOfRows(0)]).toEqual(['ok', 'noop'])
  })
})

describe('summarize', () => {
  it.each([
    [[], null],
    [[3], { n: 1, min: 3, median: 3, max: 3 }],
    [[5, 1, 3], { n: 3, min: 1, median: 3, max: 5 }],
    [[4, 1, 3, 2], { n: 4, min: 1, median: 2.5, max: 4 }],
  ])('%j', (values, expected) => {
    expect(summarize(values)).toEqual(expected)
  })
})
