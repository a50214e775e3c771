import { describe, expect, it } from 'vitest'
import { readOptions } from '../../../bench/provision/options.ts'
import { bars, type Measured, median, table } from '../../../bench/provision/table.ts'
import { cpuOf } from '../../../bench/provision/tools.ts'

const run = (tool: Measured['tool'], seconds: number, trips = 9): Measured => ({
  ...{ tool, job: 'nothing to change', roundTrip: 20, seconds, cpu: 0.5 },
  ...{ trips, connections: 1, bytes: 30_000 },
})

describe('the table of the provisioning bench', () => {
  it('has least, median and most, and what share of the time of Ansible that is', () => {
    const text = table([run('mmha', 0.5), run('ansible', 9), run('mmha', 0.7), run('ansible', 6), run('mmha', 0.6)])
    expect(text).toContain('| 20 ms | nothing to change | mmha | 3 | 0.50 | 0.60 | 0.70 | 0.50 | 9 | 30 | 1/12.5 |')
    expect(text).toContain('| 20 ms | nothing to change | ansible | 2 | 6.00 | 7.50 | 9.00 |')
  })

  it.each<[string, readonly Measured[], readonly boolean[]]>([
    ['all met', [run('mmha', 0.6), run('ansible', 7)], [true, true, true]],
    ['too slow for its bar', [run('mmha', 1.1), run('ansible', 12)], [true, false, true]],
    ['too slow beside Ansible', [run('mmha', 0.9), run('ansible', 8)], [true, true, false]],
    ['a round trip too many, once', [run('mmha', 0.5), run('mmha', 0.5, 10), run('ansible', 9)], [false, true, true]],
    ['nothing beside it', [run('mmha', 0.5)], [true, true]],
  ])('holds the bars: %s', (_, all, met) => {
    expect(bars(all).map((bar) => bar.met)).toEqual(met)
  })

  it('a median of two is between them', () => {
    expect([median([3, 1]), median([5, 1, 3]), median([])]).toEqual([2, 3, Number.NaN])
  })

  it('processor time is that of the programs a shell has waited for', () => {
    expect(cpuOf('0m0.00s 0m0.00s\n1m2.50s 0m0.75s\n')).toBeCloseTo(63.25)
    expect(cpuOf('')).toBe(0)
  })

  it.each([
    ['--rtt', 'far'],
    ['--rtt', '20,-1'],
    ['--runs', '0'],
    ['--tools', 'salt'],
  ])('%s %s: refused', (...argv) => {
    expect(() => readOptions(argv)).toThrow(RangeError)
  })
})
