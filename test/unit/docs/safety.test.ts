import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const tree = resolve(import.meta.dirname, '../../..')
const page = readFileSync(join(tree, 'docs/safety.md'), 'utf8')
const tests = readdirSync(join(tree, 'test/lab'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(tree, 'test/lab', name), 'utf8'))
  .join('\n')
const rows = page.split('\n').filter((line) => /^\| \d+ \|/.test(line))
const names = (row: string): string[] => [...row.matchAll(/\*([^*]{12,})\*/g)].map(([, name = '']) => name)

describe('docs/safety.md', () => {
  it('has all ten', () => {
    expect(rows).toHaveLength(10)
  })

  it.each(rows.map((row) => [row.split('|')[2]?.trim() ?? '', row]))(
    '%s: the tests that prove it are there',
    (_, row) => {
      expect(names(row).length).toBeGreaterThan(0)
      expect(names(row).filter((name) => !tests.includes(`'${name}`))).toEqual([])
    },
  )
})
