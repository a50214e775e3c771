import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { referencePage } from '../../../../src/keepalived/config/reference-page.ts'
import { KEYWORDS } from '../../../../src/keepalived/config/table.ts'

const PAGES = [
  ['en', 'keepalived-conf.md'],
  ['zh', 'keepalived-conf.zh.md'],
] as const

const path = (name: string) => resolve(import.meta.dirname, '../../../../docs', name)

// `npm run docs` sets this and writes the pages anew.
if (process.env.UPDATE_GOLDEN === '1') {
  for (const [language, name] of PAGES) writeFileSync(path(name), referencePage(KEYWORDS, language))
}

describe('the reference page', () => {
  it('has a line in both languages for every keyword', () => {
    expect(
      KEYWORDS.filter(({ doc }) => doc.en === '' || doc.zh === '').map(({ block, name }) => `${block} ${name}`),
    ).toEqual([])
  })

  it.each(PAGES)('in %s is what the table says now (npm run docs writes it)', (language, name) => {
    expect(readFileSync(path(name), 'utf8')).toBe(referencePage(KEYWORDS, language))
  })
})
