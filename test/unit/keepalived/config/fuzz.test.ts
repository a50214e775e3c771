import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exitCodeOf, formatDiagnostic } from '../../../../src/keepalived/config/diagnostics.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { fixture, fixturesIn } from './fixtures.ts'

const texts = [...fixturesIn('seeds'), ...fixturesIn('quirks')].map(fixture)

type Edit = { readonly at: number; readonly remove: number; readonly insert: string }

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 40 }),
  insert: fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '"',
      "'",
      '\n',
      '#',
      '!',
      '\\',
      '\u3000',
      '\u00a0',
      '//',
      ' ',
      '<',
      '`',
      '$X',
      'include a',
      '\0',
      '\r',
    ),
    fc.constantFrom(
      'vrrp_instance VI_1 {',
      'virtual_server',
      'weight -5',
      'role {',
      'track_script { x }',
      '1e309',
      '-1',
      '::1/129',
    ),
    fc.string({ maxLength: 20 }),
    fc.string({ maxLength: 20, unit: 'binary' }),
  ),
})

function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((current, { at, remove, insert }) => {
    const index = Math.floor(at * current.length)
    return current.slice(0, index) + insert + current.slice(index + remove)
  }, text)
}

function isSound(text: string): void {
  const { config, diagnostics } = parseConfig(text, 'fuzz.conf')
  const lines = text.split('\n').length
  for (const diagnostic of diagnostics) {
    expect(diagnostic.line).toBeGreaterThanOrEqual(1)
    expect(diagnostic.line).toBeLessThanOrEqual(lines)
    expect(formatDiagnostic(diagnostic)).not.toMatch(/\n|undefined|\[object|NaN/)
  }
  expect([0, 2, 4, 5, 6]).toContain(exitCodeOf(diagnostics))
  for (const instance of config.instances) {
    expect(instance.virtualRouterId).toSatisfy((id: number) => Number.isInteger(id) && id >= 1 && id <= 255)
    expect(instance.priority).toSatisfy(
      (priority: number) => Number.isInteger(priority) && priority >= 1 && priority <= 255,
    )
    expect(instance.advertInterval).toBeGreaterThan(0)
    expect(instance.interface).not.toBe('')
    if (instance.role !== null) expect(config.mysqlServers.map(({ name }) => name)).toContain(instance.role.mysql)
  }
}

describe('any text', () => {
  it('that was a configuration is read without an exception, and what is kept can run', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 6 }), (text, edits) => {
        isSound(edited(text, edits))
      }),
      { numRuns: 1500 },
    )
  })

  it('of any characters is read without an exception', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: 'binary' }), (text) => {
        isSound(text)
      }),
      { numRuns: 500 },
    )
  })

  it('with thousands of braces or words on a line is read without running out of stack', () => {
    isSound('vrrp_instance A {\n'.repeat(2_000))
    isSound(`x ${'{ '.repeat(2_000)}`)
    isSound(`vrrp_instance A { ${'preempt '.repeat(2_000)}}`)
    isSound('}'.repeat(2_000))
  })
})
