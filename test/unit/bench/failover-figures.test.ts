import { describe, expect, test } from 'vitest'
import { figuresOf, type RunFigures, table } from '../../../bench/daemon/failover/figures.ts'
import { profileTable, readJournal, stepsOf } from '../../../bench/daemon/failover/profile.ts'

const run = (gap: number | null, more: Partial<RunFigures> = {}): RunFigures => ({
  gap,
  double: 0,
  worstLook: 3,
  missing: 0,
  lost: 0,
  moved: true,
  notWhole: [],
  ...more,
})

describe('all runs of one fault', () => {
  test('quantiles by nearest rank; sums of what must be 0', () => {
    const runs = [run(40), run(10, { lost: 2 }), run(30, { double: 7, missing: 1 }), run(20, { worstLook: 9 })]
    expect(figuresOf(runs)).toEqual({
      n: 4,
      never: 0,
      min: 10,
      p50: 20,
      p95: 40,
      max: 40,
      double: 7,
      worstLook: 9,
      missing: 1,
      lost: 2,
      moved: 4,
    })
  })

  test('a run after which nobody wrote any more is counted, and is not in the quantiles', () => {
    const figures = figuresOf([run(null, { moved: false }), run(50)])
    expect(figures).toMatchObject({ n: 2, never: 1, p50: 50, max: 50, moved: 1 })
    expect(figuresOf([run(null)])).toMatchObject({ n: 1, never: 1, p50: Number.NaN, min: Number.NaN })
  })
})

test('the table says how many times as long as ours the others take, under the same fault', () => {
  const measured = [
    { fault: 'kill', side: 'ours', figures: figuresOf([run(40)]) },
    { fault: 'kill', side: 'theirs', figures: figuresOf([run(1000)]) },
    { fault: 'hang', side: 'theirs', figures: figuresOf([run(null)]) },
  ]
  const lines = table(measured, 'ours').split('\n')
  expect(lines).toHaveLength(5)
  expect(lines[2]).toContain('| kill | ours | 1 | 40 ms | 40 ms | 40 ms | 40 ms | 1.0 | 0 ms | 0 | 0 | 1/1 |')
  expect(lines[3]).toContain('| 1000 ms | 25.0 |')
  expect(lines[4]).toContain('| hang | theirs | 1 (1 never came back) | – | – | – | – |  |')
})

describe('where the time goes', () => {
  const journal = `[  100.001000] m1 mmha-keepalived[7]: Keepalived_healthcheckers[7]: (DB) mysql local is down: process 5 is exiting
[  100.002000] m2 mmha-keepalived[8]: Keepalived_vrrp[8]: (DB) Backup received priority 0 advertisement from 10.0.0.1
[  100.030000] m2 mmha-keepalived[8]: Keepalived_healthcheckers[8]: (DB) promotion done in 18 ms: read ECONNRESET
half a line`

  test('the journal on its host, in ms after the fault', () => {
    const steps = stepsOf(readJournal(journal), 100_000)
    expect(steps.map(({ what, at }) => [what, Math.round(at)])).toEqual([
      ['death seen', 1],
      ['farewell received', 2],
      ['promotion done', 30],
    ])
  })

  test('what was before the fault belongs to another', () => {
    expect(stepsOf(readJournal(journal), 100_010).map(({ what }) => what)).toEqual(['promotion done'])
  })

  test('in order of time over all runs; a run that has not seen a step counts only for the others', () => {
    const lines = profileTable([
      [
        { what: 'b', at: 20 },
        { what: 'a', at: 1 },
      ],
      [{ what: 'a', at: 3 }],
    ]).split('\n')
    expect(lines.slice(2)).toEqual(['| a | 2 | 1.0 | 3.0 | 3.0 |', '| b | 1 | 20.0 | 20.0 | 20.0 |'])
  })
})
