import { describe, expect, it } from 'vitest'
import { Rhythm } from '../../../../src/keepalived/role/rhythm.ts'

function paces(...rounds: readonly string[]): number[] {
  const rhythm = new Rhythm()
  return rounds.map((seen) => rhythm.next(seen))
}

const same = (count: number, seen = 'a'): string[] => Array.from({ length: count }, () => seen)

describe('how often the role’s loop looks', () => {
  it('quick at first, slow after ten rounds of rest', () => {
    expect(paces(...same(12))).toEqual([...Array.from({ length: 10 }, () => 200), 500, 500])
  })

  it('quick again with the first change', () => {
    expect(paces(...same(11), 'b', 'b').slice(-3)).toEqual([500, 200, 200])
  })

  it('rounds in which nothing was seen are no rest', () => {
    expect(paces(...same(30, '')).every((ms) => ms === 200)).toBe(true)
  })

  it('at once again where clients may be waiting, and rest goes on from where it was', () => {
    const rhythm = new Rhythm()
    for (let round = 0; round < 11; round++) rhythm.next('a')
    expect([rhythm.next('a', true), rhythm.next('a')]).toEqual([50, 500])
  })
})
