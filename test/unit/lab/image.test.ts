import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isWhole } from '../../../src/lab/image.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmha-image-'))
  mkdirSync(join(folder, 'repository'))
  mkdirSync(join(folder, 'root/usr/bin'), { recursive: true })
  for (const file of ['repository/a.deb', 'repository/b.deb', 'repository/Packages', 'root/usr/bin/sh']) {
    writeFileSync(join(folder, file), '')
  }
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify({ packages: 2 }))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('an image with all that was put in is used', () => {
  expect(isWhole(folder)).toBe(true)
})

it.each(['repository/b.deb', 'repository/Packages', 'repository', 'root/usr/bin/sh', 'recipe.json', '.'])(
  'one without %s is not',
  (part) => {
    rmSync(join(folder, part), { recursive: true })
    expect(isWhole(folder)).toBe(false)
  },
)

it('nor one whose recipe was half written', () => {
  writeFileSync(join(folder, 'recipe.json'), '{ "packages": 2')
  expect(isWhole(folder)).toBe(false)
})
