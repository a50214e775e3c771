import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((file) => join('docs', file))
const pages = ['README.md', 'CHANGELOG.md', ...docs].filter((file) => file.endsWith('.md'))

/** What a page points at inside the repository: `[text](path#part)`. */
function targets(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '').filter((link) => !/^[a-z]+:/.test(link))
}

/** As the page's host makes them: small letters, dashes for spaces, punctuation left out. */
function anchors(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('pages', () => {
  it('there are some', () => {
    expect(pages).toContain('docs/inventory.md')
  })

  it.each(pages)('%s points only at what is there', (page) => {
    const broken = targets(page).filter((link) => {
      const [path = '', part] = link.split('#')
      const file = path === '' ? join(root, page) : join(root, dirname(page), path)
      return !existsSync(file) || (part !== undefined && !anchors(file).includes(part))
    })
    expect(broken).toEqual([])
  })

  it('every decision is in the list of decisions', () => {
    const notes = readdirSync(join(root, 'docs/decisions')).filter((file) => file !== 'README.md')
    expect(targets('docs/decisions/README.md').sort()).toEqual(notes.sort())
  })
})
