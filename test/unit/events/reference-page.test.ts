import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { eventsPage } from '../../../src/events/reference-page.ts'

const page = resolve(import.meta.dirname, '../../../docs/events.md')

// `npm run docs` sets this and writes the page anew.
if (process.env.UPDATE_GOLDEN === '1') writeFileSync(page, eventsPage())

it('the page is what the registry says now (npm run docs writes it)', () => {
  expect(readFileSync(page, 'utf8')).toBe(eventsPage())
})
