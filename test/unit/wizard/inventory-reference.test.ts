import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseSource } from '../../../src/inventory/document.ts'
import { inventoryFrom } from '../../../src/inventory/load.ts'
import { inventoryJsonSchema } from '../../../src/inventory/schema.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../../docs/inventory.md'), 'utf8')
const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '')
const rows = [...page.matchAll(/^\| `([^`]+)` \| (.*?) \| .+ \|$/gm)].map(([, key = '', cell = '']) => ({ key, cell }))

interface SchemaNode {
  readonly anyOf?: readonly SchemaNode[]
  readonly prefixItems?: readonly SchemaNode[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
}

/** Every key of the schema as the page writes it: hosts, SSH settings and secrets are described once. */
function keysOf(node: SchemaNode, path: string): string[] {
  const below = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const key = path === '' ? name : `${path}.${name}`
    return [key, ...keysOf(child, key)]
  })
  const [item] = node.prefixItems ?? []
  return [
    ...below,
    ...(node.anyOf ?? []).flatMap((option) => keysOf(option, path)),
    ...(item === undefined ? [] : keysOf(item, `${path}[]`)),
  ]
}

function described(key: string): string {
  return (
    key
      .replace(/^client\./, 'masters[].')
      .replace(/^masters\[\]\.ssh\./, 'ssh.')
      // What is said of a jump host is said as of a host.
      .replace(/^ssh\.jump(\[\])?\..*/, 'ssh.jump')
      .replace(/\.(env|file|vault)$|(?<!^notify)\.command$/, '')
  )
}

function resolvedAt(key: string): unknown {
  const inventory = inventoryFrom(parseSource((examples[0] ?? '').replace('/24', ''), 'pair.yml'))
  const path = key
    .replace(/^ssh\./, 'masters[].ssh.')
    .replace('[]', '.0')
    .split('.')
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    inventory,
  )
}

/** Of the maps that may be written as one word, the member that the word is. */
const SHORT: Readonly<Record<string, string>> = {
  server: 'server.flavour',
  replication: 'replication.mode',
  'ssh.become': 'ssh.become.method',
}

describe('docs/inventory.md', () => {
  it('has a row for every key of the schema, and none for another', () => {
    const wanted = [
      ...new Set(keysOf((inventoryJsonSchema() as { readonly else: SchemaNode }).else, '').map(described)),
    ]
    expect(rows.map((row) => row.key).sort()).toEqual(wanted.sort())
  })

  const literal = rows.flatMap(({ key, cell }) => {
    const value = /^`([^`]+)`( and m2; the client c1)?$/.exec(cell)?.[1]
    return value === undefined ? [] : [{ key, value }]
  })

  it.each(literal)('$key: the default is $value', ({ key, value }) => {
    expect(String(resolvedAt(SHORT[key] ?? key))).toBe(value)
  })

  it('found the defaults to compare', () => {
    expect(literal.length).toBeGreaterThan(10)
  })

  it.each(examples.map((text, i) => ({ text, i })))('example $i loads', ({ text }) => {
    const load = () => inventoryFrom(parseSource(text, 'pair.yml'), { env: { PAIR_VRRP_PASS: 'x' } })
    expect(load).not.toThrow()
  })
})
