import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockOffset } from '../../../src/drill/analysis/clock-offset.ts'
import { boundsOf, intersect, merge, overlapOf, total, type Watch } from '../../../src/drill/analysis/intervals.ts'

function watch(
  transitions: readonly [boolean, number, number][],
  lastLook: number,
  goneBy = Number.POSITIVE_INFINITY,
): Watch {
  return { transitions: transitions.map(([on, since, mono]) => ({ on, since, mono })), lastLook, goneBy }
}

describe('boundsOf', () => {
  it('gives certain and possible times from samples', () => {
    const bounds = boundsOf([
      watch(
        [
          [false, 0, 0],
          [true, 10, 12],
          [false, 20, 22],
        ],
        100,
      ),
    ])
    expect(bounds).toEqual({ certain: [{ start: 12, end: 20 }], possible: [{ start: 10, end: 22 }] })
  })

  it('ends at the last look while the host lives', () => {
    expect(boundsOf([watch([[true, 5, 5]], 50)]).possible).toEqual([{ start: 5, end: 50 }])
  })

  it('may reach to the death of the host, when that came after the last look', () => {
    const { certain, possible } = boundsOf([watch([[true, 5, 5]], 50, 70)])
    expect(certain).toEqual([{ start: 5, end: 50 }])
    expect(possible).toEqual([{ start: 5, end: 70 }])
  })
})

describe('overlapOf', () => {
  const first = boundsOf([
    watch(
      [
        [true, 0, 0],
        [false, 100, 102],
      ],
      500,
    ),
  ])

  it.each([
    ['a clean move', [true, 130, 132], 0, { certain: 0, possible: 0 }],
    ['a move within one sampling period: possible, not certain', [true, 100, 103], 0, { certain: 0, possible: 2 }],
    ['a double VIP is found', [true, 60, 62], 0, { certain: 38, possible: 42 }],
    ['what the clocks may be apart is not certain', [true, 60, 62], 50, { certain: 0, possible: 92 }],
  ] as const)('%s', (_, [on, since, mono], uncertainty, expected) => {
    const second = boundsOf([
      watch(
        [
          [false, 0, 0],
          [on, since, mono],
        ],
        500,
      ),
    ])
    expect(overlapOf(first, second, uncertainty)).toEqual(expected)
  })
})

describe('interval arithmetic', () => {
  const list = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 10 })))
    .map((pairs) => merge(pairs.map(([start, length]) => ({ start, end: start + length }))))
  const covers = (intervals: readonly { start: number; end: number }[], at: number) =>
    intervals.some(({ start, end }) => at >= start && at < end)

  it('agrees with looking at every millisecond', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const both = Array.from({ length: 80 }, (_, at) => at).filter((at) => covers(a, at) && covers(b, at)).length
        expect(total(intersect(a, b))).toBe(both)
      }),
    )
  })
})

describe('clockOffset', () => {
  it('takes the quickest round trip', () => {
    const trips = [
      { asked: 0, answered: 40, theirs: 1030 },
      { asked: 100, answered: 102, theirs: 1101 },
    ]
    expect(clockOffset(trips)).toEqual({ add: -1000, uncertainty: 1 })
  })

  it('knows a shared kernel', () => {
    expect(clockOffset([{ asked: 100, answered: 102, theirs: 101.4 }])).toEqual({ add: 0, uncertainty: 0 })
  })
})
