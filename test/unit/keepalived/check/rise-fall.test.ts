import { describe, expect, it } from 'vitest'
import { countRun, initialRiseFall } from '../../../../src/keepalived/check/rise-fall.ts'

/** Runs as a word of + (success) and - (failure); changes as ^ (up), v (down) and . (none) in its place. */
function changes(start: { rise: number; fall: number; initFail: boolean }, runs: string): string {
  let counter = initialRiseFall(start)
  return [...runs]
    .map((run) => {
      const counted = countRun(counter, run === '+')
      counter = counted.counter
      return counted.change === 'up' ? '^' : counted.change === 'down' ? 'v' : '.'
    })
    .join('')
}

describe('a tracked script counts as keepalived counts', () => {
  it.each([
    ['one success after the start is enough, whatever rise says', { rise: 3, fall: 1, initFail: false }, '+++', '^..'],
    ['one failure after the start is enough, whatever fall says', { rise: 1, fall: 5, initFail: false }, '---', 'v..'],
    ['after a failure at the start, rise successes are needed', { rise: 3, fall: 1, initFail: false }, '-+++', 'v..^'],
    [
      'with init_fail rise successes are needed, and failures are no news',
      { rise: 2, fall: 2, initFail: true },
      '--++',
      '...^',
    ],
    ['fall failures in a row bring it down', { rise: 2, fall: 3, initFail: false }, '+---', '^..v'],
    [
      'a success among failures starts the count anew',
      { rise: 2, fall: 3, initFail: false },
      '+--+--+---',
      '^........v',
    ],
    ['a failure among successes starts the count anew', { rise: 3, fall: 1, initFail: false }, '+-++-+++', '^v.....^'],
    ['rise 1 and fall 1 follow every run', { rise: 1, fall: 1, initFail: false }, '+-+--++', '^v^v.^.'],
  ])('%s', (_, start, runs, expected) => {
    expect(changes(start, runs)).toBe(expected)
  })
})
