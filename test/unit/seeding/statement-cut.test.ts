import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { StatementCut } from '../../../src/seeding/statement-cut.ts'

const MARKER = 'SET @@GLOBAL.GTID_PURGED='
const STATEMENT = `${MARKER}/*!80000 '+'*/ 'a:1-5,\nb:7'`

async function through(chunks: readonly Buffer[]): Promise<{ out: string; found: string | null }> {
  const cut = new StatementCut(MARKER)
  const out = await buffer(Readable.from(chunks).pipe(cut))
  return { out: out.toString(), found: cut.found }
}

it('takes the statement out wherever the chunks end, and leaves every other byte alone', async () => {
  const text = Buffer.from(`-- a dump\n${STATEMENT};\nINSERT INTO t VALUES ('${MARKER}x;');\n`)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 }), async (ends) => {
      const cuts = [0, ...ends.sort((a, b) => a - b), text.length]
      const chunks = cuts.slice(1).map((end, i) => text.subarray(cuts[i], end))
      expect(await through(chunks)).toEqual({
        out: `-- a dump\nINSERT INTO t VALUES ('${MARKER}x;');\n`,
        found: STATEMENT,
      })
    }),
  )
})

it('on the first line, too', async () => {
  expect(await through([Buffer.from(`${STATEMENT};\nrest`)])).toEqual({ out: 'rest', found: STATEMENT })
})

it('passes a dump without it through as it is', async () => {
  for (const text of ['', 'x', '\n\n', `a ${MARKER}1;\n`]) {
    expect(await through([Buffer.from(text)])).toEqual({ out: text, found: null })
  }
})
