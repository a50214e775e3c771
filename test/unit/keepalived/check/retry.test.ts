import { describe, expect, it } from 'vitest'
import { countAttempt, initialRetry } from '../../../../src/keepalived/check/retry.ts'

const rule = { retry: 2, delayBeforeRetry: 1, delayLoop: 6 }

/** Attempts as + and -; for each, the change and the seconds until the next. */
function course(alpha: boolean, attempts: string): string {
  let state = initialRetry(!alpha)
  return [...attempts]
    .map((attempt) => {
      const counted = countAttempt(state, attempt === '+', rule)
      state = counted.state
      return `${counted.change === 'up' ? '^' : counted.change === 'down' ? 'v' : '.'}${counted.delay}`
    })
    .join(' ')
}

describe('a check of a real server tries again as keepalived does', () => {
  it.each([
    ['up: a failure is tried again twice, quickly, then it is down', false, '+---', '^6 .1 .1 v6'],
    ['a success among the retries is a fresh start', false, '+--+---', '^6 .1 .1 .6 .1 .1 v6'],
    ['down: tried every delay_loop, one success brings it up', false, '+---+', '^6 .1 .1 v6 ^6'],
    ['down stays down without retries', false, '+-----', '^6 .1 .1 v6 .6 .6'],
    ['taken as up at the start, so it is retried before it is down', false, '---', '.1 .1 v6'],
    ['alpha: down at the start, said once, without retries', true, '--+', 'v6 .6 ^6'],
  ])('%s', (_, alpha, attempts, expected) => {
    expect(course(alpha, attempts)).toBe(expected)
  })
})
