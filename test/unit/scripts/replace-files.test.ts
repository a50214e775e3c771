import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceFiles } from '../../../scripts/replace-files.mjs'

const HOUR = 3_600_000

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmha-unit-replace-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Puts a build with these chunks in the place of the one before, `after` ms from now. */
function build(chunks: readonly string[], after: number): readonly string[] {
  const [from, to] = [join(folder, 'new'), join(folder, 'dist')]
  for (const file of ['main.js', ...chunks.map((name) => `chunks/${name}`)]) {
    mkdirSync(dirname(join(from, file)), { recursive: true })
    writeFileSync(join(from, file), `${file} of ${chunks.join()}`)
  }
  replaceFiles(from, to, { last: 'main.js', retire: 'chunks', now: Date.now() + after })
  return readdirSync(join(to, 'chunks'))
    .filter((name) => !name.startsWith('.'))
    .sort()
}

describe('a new build', () => {
  it('takes the place of the old one', () => {
    build(['a'], 0)
    build(['a', 'b'], 1)
    expect(readFileSync(join(folder, 'dist/main.js'), 'utf8')).toBe('main.js of a,b')
    expect(readFileSync(join(folder, 'dist/chunks/a'), 'utf8')).toBe('chunks/a of a,b')
    expect(readdirSync(join(folder, 'new'), { recursive: true })).toEqual(['chunks'])
  })

  it('leaves what it replaced for an hour: a program that runs may still ask for it', () => {
    expect(build(['a'], 0)).toEqual(['a'])
    // Long in use, just replaced.
    expect(build(['b'], 5 * HOUR)).toEqual(['a', 'b'])
    expect(build(['c'], 5.5 * HOUR)).toEqual(['a', 'b', 'c'])
    expect(build(['c'], 6.2 * HOUR)).toEqual(['b', 'c'])
    expect(build(['c'], 6.6 * HOUR)).toEqual(['c'])
  })
})
