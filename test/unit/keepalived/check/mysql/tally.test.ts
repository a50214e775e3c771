import { describe, expect, it } from 'vitest'
import { count, type Health, NO_TALLY, type Sign } from '../../../../../src/keepalived/check/mysql/tally.ts'

/** One letter a look, as in `+` answers. */
const SIGNS: Readonly<Record<string, Sign>> = {
  '+': 'answers',
  r: 'refuses',
  d: 'dead',
  c: 'cut-off',
  s: 'silent',
  u: 'unusable',
  k: 'stuck',
}

function healthAfter(signs: string, limits = { rise: 1, fall: 2 }): Health | null {
  return [...signs].reduce((tally, sign) => count(tally, SIGNS[sign] ?? 'answers', limits), NO_TALLY).health
}

describe('verdict on the server', () => {
  it.each<[what: string, signs: string, health: Health | null]>([
    ['nothing is known before the first look', '', null],
    ['one answer is up', '+', 'up'],
    ['full is degraded, not dead', '+r', 'degraded'],
    ['full at the start is degraded', 'r', 'degraded'],
    ['death is taken at its word', '+d', 'down'],
    ['one silence moves nothing', '+s', 'up'],
    ['silence that repeats itself is a hang', '+ss', 'hung'],
    ['an answer in between starts the count anew', '+s+s', 'up'],
    ['stopped, by the kernel’s word', '+k', 'hung'],
    ['a hang that dies is down', '+kd', 'down'],
    ['a hang that answers again is up', '+k+', 'up'],
    ['a connection that was cut off is asked again', '+ccc', 'up'],
    ['and the answer tells', '+cccd', 'down'],
    ['cut off for too long counts as one failure', `+${'c'.repeat(41)}`, 'up'],
    ['no way to it, again and again, is down', '+uu', 'down'],
    ['never reached: no verdict before `fall`', 'u', null],
  ])('%s: %s', (_, signs, health) => {
    expect(healthAfter(signs)).toBe(health)
  })

  it('rises after `rise` answers', () => {
    expect(healthAfter('d++', { rise: 3, fall: 2 })).toBe('down')
    expect(healthAfter('d+++', { rise: 3, fall: 2 })).toBe('up')
  })
})
