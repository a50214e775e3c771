import { describe, expect, it } from 'vitest'
import { readOptions, runsOf } from '../../../bench/daemon/failover/options.ts'
import { OURS, SIDES } from '../../../bench/daemon/failover/sides.ts'

const [, PEER = OURS] = SIDES

describe('how often the failover measurement repeats a fault', () => {
  it.each<[words: string, argv: string[], counts: number[]]>([
    ['unless said', [], [50, 20, 6, 5]],
    ['said for all', ['--runs', '7'], [7, 7, 7, 7]],
    ['said for one', ['--runs', 'sigkill=9'], [9, 20, 9, 5]],
  ])('%s', (_, argv, counts) => {
    const options = readOptions(['--failover', ...argv])
    const found = [OURS, PEER].flatMap((side) => [runsOf('sigkill', side, options), runsOf('switch', side, options)])
    expect(found).toEqual(counts)
  })

  it.each([['0'], ['many'], ['sigkill='], ['storm=3'], ['sigkill=1.5']])('%s: refused', (runs) => {
    expect(() => readOptions(['--failover', '--runs', runs])).toThrow(RangeError)
  })
})
