import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Rooms of src/ by layer; an import may only go to a later layer, or stay in its room. */
const LAYERS: readonly (readonly string[])[] = [
  ['cli'],
  ['wizard', 'drill', 'seeding', 'lab', 'playbook'],
  ['engine'],
  ['modules'],
  ['mysql', 'hosts'],
  ['inventory'],
  ['events'],
]
/** The daemon stands beside the tower: nothing of the CLI may come with it to a production host. */
const KEEPALIVED_MAY = new Set(['keepalived', 'mysql', 'events'])

const src = resolve(import.meta.dirname, '../../src')

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) return sources(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

function room(path: string): string {
  return relative(src, path).split('/')[0] ?? ''
}

function importedFiles(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => resolve(dirname(path), match[1] ?? ''))
}

function layerOf(name: string): number {
  return LAYERS.findIndex((layer) => layer.includes(name))
}

function mayImport(from: string, to: string): boolean {
  if (from === to) return true
  if (from === 'keepalived') return KEEPALIVED_MAY.has(to)
  if (to === 'keepalived') return from === 'cli' || from === 'modules'
  return layerOf(to) > layerOf(from)
}

describe('structure', () => {
  const files = sources(src)

  it('knows every room', () => {
    const known = new Set([...LAYERS.flat(), 'keepalived'])
    expect([...new Set(files.map(room))].filter((name) => !known.has(name))).toEqual([])
  })

  it('imports go one way', () => {
    const wrong = files.flatMap((file) =>
      importedFiles(file)
        .filter((target) => !mayImport(room(file), room(target)))
        .map((target) => `${relative(src, file)} → ${relative(src, target)}`),
    )
    expect(wrong).toEqual([])
  })

  it('files are one idea: under 300 lines', () => {
    const long = files
      .map((file) => ({ file: relative(src, file), lines: readFileSync(file, 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 300)
    expect(long).toEqual([])
  })

  /** What is MySQL's way and what MariaDB's is said by the dialect table; nobody else asks which of the two it is. */
  it('only the dialect table tells the families apart', () => {
    const comparison = /[=!]==\s*'(?:mysql|mariadb)'|'(?:mysql|mariadb)'\s*[=!]==/g
    const asking = files
      .filter((file) => !/^mysql\/dialect/.test(relative(src, file)))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(comparison)].map(() => relative(src, file)))
    expect(asking).toEqual([])
  })
})
