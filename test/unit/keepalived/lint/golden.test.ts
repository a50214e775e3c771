import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { asFindings, findingLines, findingsDocument } from '../../../../src/keepalived/lint/findings.ts'
import { lint } from '../../../../src/keepalived/lint/lint.ts'
import { lintPair } from '../../../../src/keepalived/lint/pair.ts'
import { TRAPS, whyOf } from '../../../../src/keepalived/lint/trap.ts'
import { fixture, fixturesIn } from '../config/fixtures.ts'

/** What lint adds to what the parser says of the configurations that people have. UPDATE_GOLDEN=1 writes it anew; read its diff. */
const GOLDEN = resolve(import.meta.dirname, '../../../golden/keepalived-lint/findings.json')

const files = fixturesIn('seeds')
const said = (path: string) => findingLines(asFindings(lint(parseConfig(fixture(path), path)), 'en'))

if (process.env.UPDATE_GOLDEN === '1') {
  writeFileSync(GOLDEN, `${JSON.stringify(Object.fromEntries(files.map((file) => [file, said(file)])), null, 2)}\n`)
}
const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, string[]>

describe('configurations that people have', () => {
  it.each(files)('%s', (file) => {
    expect(said(file)).toEqual(golden[file])
  })
})

const texts = [...files, ...fixturesIn('quirks')].map(fixture)

/** Lines of real configurations in any order, some of them twice, some left out: what a person's editor makes of them. */
const shuffled = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }),
    fc.array(fc.nat(), { maxLength: 6 }),
  )
  .map(([text, moves, numbers]) => {
    const lines = text.split('\n')
    for (const [from, to] of moves) lines.splice(to % lines.length, 0, lines[from % lines.length] ?? '')
    for (const number of numbers) {
      const index = number % lines.length
      lines[index] = (lines[index] ?? '').replace(/\d+/, String(number % 300))
    }
    return lines.join('\n')
  })

describe('whatever the file is', () => {
  it('lint says something with a place, and never throws', () => {
    fc.assert(
      fc.property(shuffled, shuffled, (one, other) => {
        const first = parseConfig(one, 'a.conf')
        const second = parseConfig(other, 'b.conf')
        const found = [...lint(first), ...lint(second), ...lintPair(first, second)]
        for (const { file, line, column, message, code } of found) {
          expect(['a.conf', 'b.conf']).toContain(file)
          expect(line).toBeGreaterThan(0)
          expect(column).toBeGreaterThan(0)
          expect(message).not.toMatch(/NaN|undefined|Infinity/)
          expect(whyOf(code, 'en')).not.toBeNull()
        }
      }),
      { numRuns: 100 },
    )
  })

  it('a file fits itself but for its priorities and states', () => {
    const own = new Set(['pair-priority', 'pair-master', 'pair-unicast', 'pair-role'])
    fc.assert(
      fc.property(shuffled, (one) => {
        const parsed = parseConfig(one, 'a.conf')
        const codes = lintPair(parsed, parsed).map(({ code }) => code)
        expect(codes.filter((code) => !own.has(code))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('counts add up, and a name of Object is no trap', () => {
    const found = asFindings(lint(parseConfig(fixture('seeds/unicast-nginx1.conf'), 'x')), 'zh')
    const { errors, warnings, notes, findings } = findingsDocument(found, 0)
    expect(errors + warnings + notes).toBe(findings.length)
    expect(whyOf('constructor', 'en')).toBeNull()
  })

  it('each trap is explained in both languages, and in docs/lint.md', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/lint.md'), 'utf8')
    for (const [trap, { en, zh }] of Object.entries(TRAPS)) {
      expect(page).toContain(`| \`${trap}\` | ${en} |`)
      expect(en).toMatch(/\.$/)
      expect(zh).toMatch(/。$/)
    }
  })
})
