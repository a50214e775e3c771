import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSource } from '../../../src/inventory/document.ts'
import { inventoryFrom } from '../../../src/inventory/load.ts'
import { type InventoryDraft, inventoryText } from '../../../src/wizard/inventory-text.ts'

const golden = (name: string) => resolve(import.meta.dirname, '../../golden/wizard', name)
const load = (text: string) => inventoryFrom(parseSource(text, 'pair.yml'))

const plain: InventoryDraft = {
  vip: '10.77.0.100/24',
  masters: [
    { name: null, address: '10.77.0.11', nic: 'host0', ssh: {}, seen: 'm1: debian 12 amd64, no database server' },
    { name: null, address: '10.77.0.12', nic: 'host0', ssh: {}, seen: 'm2: debian 12 amd64, no database server' },
  ],
  ssh: {},
  flavour: 'mysql',
  schema: null,
  file: 'pair.yml',
}

const rich: InventoryDraft = {
  vip: '192.168.1.200/25',
  masters: [
    {
      name: 'db1',
      address: '192.168.1.131',
      nic: 'ens3',
      ssh: { host: 'db1.example.com', port: 2222 },
      seen: 'db1: debian 13 amd64, MariaDB 11.8.3-MariaDB (running)',
    },
    { name: 'db2', address: '192.168.1.132', nic: 'enp1s0', ssh: {}, seen: 'db2: debian 13 amd64, no database server' },
  ],
  ssh: { user: 'dba', key: '/home/dba/.ssh/a key: #1' },
  flavour: 'mariadb',
  schema: 'inventory.schema.json',
  file: 'shop.yml',
}

describe('the inventory that the wizard writes', () => {
  it.each([
    ['plain.yml', plain],
    ['rich.yml', rich],
  ])('%s', async (name, draft) => {
    await expect(inventoryText(draft)).toMatchFileSnapshot(golden(name))
  })

  it('loads, and says what was chosen', () => {
    const { vip, masters, server } = load(inventoryText(rich))
    expect(vip).toMatchObject({ address: '192.168.1.200', prefix: 25 })
    expect(server.flavour).toBe('mariadb')
    expect(masters).toMatchObject([
      { name: 'db1', nic: 'ens3', ssh: { host: 'db1.example.com', port: 2222 } },
      { name: 'db2', nic: 'enp1s0', ssh: { host: '192.168.1.132', port: 22, user: 'dba' } },
    ])
    expect(masters[1].ssh.keys).toEqual(['/home/dba/.ssh/a key: #1'])
  })

  it('shows as defaults what are the defaults: uncommenting them all changes nothing', () => {
    const text = inventoryText(plain)
    const uncommented = text.replaceAll(/^#(?=[a-z]| {2})/gm, '')
    expect(uncommented.match(/^\S+:/gm)).toEqual(expect.arrayContaining(['policy:', 'replication:', 'vrrp:']))
    expect(load(uncommented)).toEqual(load(text))
  })

  it('stays one comment, whatever a host calls itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (seen) => {
        const [first, second] = plain.masters
        const text = inventoryText({ ...plain, masters: [{ ...first, seen }, second] })
        expect(load(text)).toEqual(load(inventoryText(plain)))
      }),
    )
  })
})
