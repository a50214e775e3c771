import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exitCodeOf, formatDiagnostic } from '../../../../src/keepalived/config/diagnostics.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { fixture, fixturesIn } from './fixtures.ts'

/**
 * What `-t` says about files that people have: the seeds' configurations as written, and one file for each way in which real ones go
 * wrong. UPDATE_GOLDEN=1 writes the file anew; read its diff.
 */
const GOLDEN = resolve(import.meta.dirname, '../../../golden/keepalived-config/diagnostics.json')

interface Golden {
  readonly exit: number
  readonly says: readonly string[]
}

function said(path: string): Golden {
  const { diagnostics } = parseConfig(fixture(path), path)
  return {
    exit: exitCodeOf(diagnostics),
    says: diagnostics.map((diagnostic) => `${diagnostic.code} ${formatDiagnostic(diagnostic)}`),
  }
}

const files = [...fixturesIn('seeds'), ...fixturesIn('quirks')]
if (process.env.UPDATE_GOLDEN === '1') {
  writeFileSync(GOLDEN, `${JSON.stringify(Object.fromEntries(files.map((file) => [file, said(file)])), null, 2)}\n`)
}
const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, Golden>

describe('configurations that people have', () => {
  it('are all in the golden file', () => {
    expect(Object.keys(golden)).toEqual(files)
  })

  it.each(files)('%s', (file) => {
    expect(said(file)).toEqual(golden[file])
  })
})
