import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { EVENT_CODES } from '../../../src/events/codes.ts'

const src = resolve(import.meta.dirname, '../../../src')
const registers = ['codes.ts', 'event-schema.ts'].map((file) => join('events', file))
const texts = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !registers.includes(file))
  .map((file) => readFileSync(join(src, file), 'utf8'))

// That every code which is emitted is registered, the type of an event says; the other way round, nobody does.
it.each(Object.keys(EVENT_CODES))('%s is emitted by somebody', (code) => {
  // Families are put together: `lab.power.${what}`.
  const spellings = [`'${code}'`, `\`${code.replace(/\.[^.]+$/, '')}.\${`]
  expect(texts.some((text) => spellings.some((spelling) => text.includes(spelling)))).toBe(true)
})

it.each(Object.entries(EVENT_CODES))('%s is dotted, in small letters, and has a meaning', (code, meaning) => {
  expect(code).toMatch(/^[a-z]+(\.[a-z][a-z-]*)+$/)
  expect(meaning.length).toBeGreaterThan(10)
})
