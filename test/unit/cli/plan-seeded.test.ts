import { expect, it } from 'vitest'
import { previewLines } from '../../../src/cli/plan-seeded.ts'

const words = { from: 'm1', onto: 'm2', throttle: null }
const copy = {
  kind: 'copy',
  takes: 'a clone',
  bytes: 240_000_000,
  dropped: { schemas: ['shop', 'blog'], bytes: 12_300_000 },
  halfCopy: false,
} as const

it('says what goes, what comes, how long that takes at least, and when it is opened', () => {
  expect(previewLines(copy, { ...words, throttle: 20e6 })).toEqual([
    '  m2: everything on it is dropped: schemas shop, blog (12.3 MB)',
    '  m2: takes a clone of m1: about 240.0 MB, at most 20.0 MB/s: 12 s or more',
    '  m2: is closed to everybody until every table was compared with m1',
  ])
})

it('says that a run was cut there', () => {
  const [line] = previewLines({ ...copy, halfCopy: true }, words)
  expect(line).toContain('m2: holds half a copy of a run that was cut')
})

it('says where nothing is to be copied, or can not be told yet', () => {
  expect(previewLines({ kind: 'nothing' }, words)[0]).toContain('a pair already: nothing would be copied')
  const why = 'it has no database server yet'
  expect(previewLines({ kind: 'unknown', host: 'm2', why }, words)[0]).toContain(`m2: ${why}`)
})
