import { expect, it } from 'vitest'
import { corpus, fuzzConfig } from '../../../fuzz/config.ts'

const FIXTURES = new URL('../../../fixtures/keepalived', import.meta.url).pathname

it('reads 2,000 mutated configurations without throwing or hanging, and says where what is wrong', () => {
  const texts = corpus(FIXTURES)
  expect(texts.length).toBeGreaterThan(20)
  const { codes } = fuzzConfig(texts, 2000, 7)
  expect([...codes]).toEqual(
    expect.arrayContaining(['syntax', 'unknown', 'value-bad', 'value-missing', 'duplicate', 'conflict']),
  )
}, 60_000)
