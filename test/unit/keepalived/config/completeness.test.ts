import { describe, expect, it } from 'vitest'
import { KEYWORDS, keywordsOf } from '../../../../src/keepalived/config/table.ts'
import { fixture } from './fixtures.ts'

/**
 * Block → the keywords that keepalived 2.2.7 (Debian's) does not call unknown there: found by giving each word of its binary and of
 * its manual to `keepalived -t`, in each block.
 */
const THEIRS = JSON.parse(fixture('keywords-2.2.7.json')) as Record<string, string>

describe('every keyword that keepalived 2.2.7 knows', () => {
  const blocks = Object.entries(THEIRS).filter(([block]) => KEYWORDS.some((keyword) => keyword.block === block))

  it('is looked for in most blocks', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(15)
  })

  it.each(blocks)('in %s is known here', (block, words) => {
    const names = words.split(' ')
    expect(names.length).toBeGreaterThan(1)
    expect(names.filter((name) => !keywordsOf(block).has(name))).toEqual([])
  })
})
