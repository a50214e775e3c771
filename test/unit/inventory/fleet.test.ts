import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clashesOf, type FleetPair, loadFleet } from '../../../src/inventory/fleet.ts'
import { loadInventory } from '../../../src/inventory/load.ts'
import { fleetSchema, inventoryJsonSchema } from '../../../src/inventory/schema.ts'
import { refusal } from './refusal.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** Writes files by their names into a folder of their own. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-fleet-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

const pair = (net: number, more = '') =>
  `vip: 10.${net}.0.100/24\nnic: eth0\nmasters:\n  - 10.${net}.0.11\n  - 10.${net}.0.12\n${more}`

const listed = (name: string, net: number, last = 11, vip = 100, more = '') =>
  `  - name: ${name}\n    vip: 10.${net}.0.${vip}/24\n    masters: [10.${net}.0.${last}, 10.${net}.0.${last + 1}]\n${more}`

function fleet(file: string): readonly FleetPair[] {
  return loadFleet(file, { env: {} }) ?? []
}

const errorOf = (pairs: readonly FleetPair[], name: string) => String(pairs.find((one) => one.name === name)?.error)

describe('a directory of inventories', () => {
  it('is a pair a file, in the order of their names; folders, hidden and other files are none', () => {
    const folder = folderOf({
      'stock.yml': pair(2),
      'shop.yaml': pair(1, 'name: web-shop\n'),
      'README.md': '# ours\n',
      '.draft.yml': 'x: [',
      'group_vars/all.yml': 'a: 1\n',
    })
    const pairs = fleet(folder)
    expect(pairs.map(({ name, error }) => ({ name, error }))).toEqual([
      { name: 'web-shop', error: null },
      { name: 'stock', error: null },
    ])
    expect(pairs[1]?.inventory).toMatchObject({ name: 'stock', file: join(folder, 'stock.yml') })
  })

  it('keeps a pair whose file is wrong from no other, and names its place', () => {
    const folder = folderOf({ 'a.yml': pair(1), 'b.yml': 'vip: [', 'c.yml': pair(3).replace('nic', 'nicc') })
    const pairs = fleet(folder)
    expect(pairs.map(({ name, inventory }) => [name, inventory !== null])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ])
    expect(errorOf(pairs, 'b')).toContain(`${join(folder, 'b.yml')}:1:`)
    expect(errorOf(pairs, 'c')).toContain(`${join(folder, 'c.yml')}:2:1 nicc: unknown key; did you mean nic?`)
  })

  it('has names that differ, and hosts that belong to one pair', () => {
    const folder = folderOf({
      'a.yml': pair(1, 'name: shop\n'),
      'b.yml': pair(2, 'name: shop\n'),
      'c.yml': pair(3),
      'd.yml': pair(3).replace('10.3.0.11', '10.3.0.9').replace('0.100', '0.99'),
      'e.yml': pair(5),
    })
    const pairs = fleet(folder)
    expect(pairs.flatMap(({ name, inventory }) => (inventory === null ? [] : [name]))).toEqual(['e'])
    expect(errorOf(pairs, 'shop')).toContain(
      `a.yml:6:7 name: another pair is called shop, too: ${join(folder, 'b.yml')}:6:7`,
    )
    expect(errorOf(pairs, 'd')).toContain(`d.yml:1:1 d: m2 (10.3.0.12) is m2 of c, too (${join(folder, 'c.yml')}:1:1)`)
  })

  it('that is empty says so', () => {
    expect(refusal(() => loadFleet(folderOf({ 'notes.txt': '' })))).toMatchObject({
      code: 'DOCUMENT_UNREADABLE',
      exit: 4,
    })
  })

  it('gives one pair to a command that takes one', () => {
    const folder = folderOf({ 'a.yml': pair(1), 'b.yml': pair(2) })
    expect(loadInventory(folder, { pair: 'b', env: {} })).toMatchObject({ name: 'b', file: join(folder, 'b.yml') })
    expect(refusal(() => loadInventory(folder)).message).toBe(
      `${folder}:1:1 has several pairs: a, b; choose one with --pair NAME`,
    )
    expect(refusal(() => loadInventory(folder, { pair: 'c' })).message).toContain('has no pair c')
  })
})

describe('a list of pairs', () => {
  const load = (text: string) => {
    const folder = folderOf({ 'fleet.yml': text })
    return { file: join(folder, 'fleet.yml'), pairs: () => fleet(join(folder, 'fleet.yml')) }
  }

  it('has what all share beside it', () => {
    const { file, pairs } = load(
      `nic: eth1\nssh: { user: admin }\npairs:\n${listed('shop', 1)}${listed('crm', 2, 11, 100, '    nic: bond0\n')}`,
    )
    expect(pairs().map(({ inventory }) => inventory)).toMatchObject([
      { name: 'shop', pair: 'shop', masters: [{ nic: 'eth1', ssh: { user: 'admin' } }, {}] },
      { name: 'crm', pair: 'crm', masters: [{ nic: 'bond0', ssh: { user: 'admin' } }, {}] },
    ])
    expect(loadInventory(file, { pair: 'crm' })).toMatchObject({ name: 'crm', pair: 'crm' })
  })

  it('names the line and column of a mistake, in the list or beside it', () => {
    const own = load(`nic: eth1\npairs:\n${listed('shop', 1)}${listed('crm', 2).replace('10.2.0.100', '10.2.0.300')}`)
    expect(errorOf(own.pairs(), 'crm')).toContain(`${own.file}:7:10 vip`)
    expect(errorOf(own.pairs(), 'shop')).toBe('null')
    const shared = load(`nic: eth1\nwitness: nobody\npairs:\n${listed('shop', 1)}`)
    expect(errorOf(shared.pairs(), 'shop')).toContain(`${shared.file}:2:10 witness`)
  })

  it('is refused as a whole where a name is missing, or a key stands at the wrong place', () => {
    const { file, pairs } = load(`vip: 10.1.0.1/24\nnics: eth0\npairs:\n${listed('shop', 1)}  - nic: eth0\n`)
    expect(refusal(pairs).message.split('\n')).toEqual([
      `${file}:1:1 vip: belongs to one pair; write it into each entry of pairs`,
      `${file}:2:1 nics: unknown key; did you mean nic?`,
      `${file}:7:5 pairs[1].name: missing; expected text`,
    ])
  })

  it('finds router ids that pairs of one network share, and says one that is free', () => {
    const { pairs } = load(
      `nic: eth0\npairs:\n${listed('shop', 1)}${listed('crm', 1, 21, 101, '    vrrp: { virtualRouterId: 100 }\n')}${listed('stock', 2)}`,
    )
    expect(clashesOf(pairs())).toEqual([{ pairs: ['shop', 'crm'], virtualRouterId: 100, free: 1 }])
    const quiet = load(
      `nic: eth0\nvrrp: { mode: unicast, virtualRouterId: 9 }\npairs:\n${listed('shop', 1)}${listed('crm', 1, 21, 101)}`,
    )
    expect(clashesOf(quiet.pairs())).toEqual([])
  })

  it('has one address once in a network', () => {
    const { pairs } = load(`nic: eth0\npairs:\n${listed('shop', 1)}${listed('crm', 1, 21)}${listed('far', 4)}`)
    expect(errorOf(pairs(), 'crm')).toContain('crm: the vip 10.1.0.100 is that of shop, too')
    expect(pairs().at(-1)?.error).toBeNull()
  })
})

describe('the schema of a list', () => {
  const list = {
    nic: 'eth0',
    ssh: { user: 'admin' },
    pairs: [{ name: 'a', vip: '10.1.0.100/24', masters: ['10.1.0.11', '10.1.0.12'] }],
  }

  it.each([
    ['as it should be', list, true],
    ['without pairs', { ...list, pairs: [] }, false],
    ['a pair without a name', { ...list, pairs: [{ ...list.pairs[0], name: undefined }] }, false],
    ['a key of one pair beside them', { ...list, vip: '10.1.0.100/24' }, false],
    ['a slip in a pair', { ...list, pairs: [{ ...list.pairs[0], nicc: 'bond0' }] }, false],
  ])('%s', (_, document, fits) => expect(fleetSchema.safeParse(document).success).toBe(fits))

  it('is what editors get for a document with pairs', () => {
    const { if: asked, then: several } = inventoryJsonSchema() as {
      if: unknown
      then: Parameters<typeof z.fromJSONSchema>[0]
    }
    expect(asked).toEqual({ required: ['pairs'] })
    expect(several).toMatchObject({ required: ['pairs'], additionalProperties: false })
    expect(z.fromJSONSchema(several).safeParse(list).success).toBe(true)
  })
})

describe('docs/fleet.md', () => {
  it('shows a list that is right', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/fleet.md'), 'utf8')
    const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? ''
    const pairs = fleet(join(folderOf({ 'fleet.yml': example }), 'fleet.yml'))
    expect(pairs.map(({ name, error }) => [name, error])).toEqual([
      ['shop', null],
      ['crm', null],
    ])
    expect(clashesOf(pairs)).toEqual([])
  })
})

describe('one inventory', () => {
  it('is no fleet', () => {
    expect(loadFleet(join(folderOf({ 'a.yml': pair(1) }), 'a.yml'))).toBeNull()
  })

  it('of Ansible is one when it has several pairs', () => {
    const file = join(import.meta.dirname, '../../fixtures/ansible/hosts')
    const names = loadFleet(file)?.map(({ name }) => name)
    expect(names).toEqual(['shop', 'crm'])
  })
})
