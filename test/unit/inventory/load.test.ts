import { describe, expect, it } from 'vitest'
import type { MmhaError } from '../../../src/events/error.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import { inventoryFrom } from '../../../src/inventory/load.ts'
import { inventoryJsonSchema } from '../../../src/inventory/schema.ts'
import { refusal as refusalOf } from './refusal.ts'

const SMALLEST = 'vip: 10.77.0.100/24\nnic: host0\nmasters:\n  - 10.77.0.11\n  - 10.77.0.12\n'

function load(text: string, env: NodeJS.ProcessEnv = {}): Inventory {
  return inventoryFrom(parseSource(text, 'pair.yml'), { env })
}

function refusal(text: string, env: NodeJS.ProcessEnv = {}): MmhaError {
  return refusalOf(() => load(text, env))
}

describe('the smallest inventory', () => {
  it('gets every default', () => {
    const inventory = load(SMALLEST)
    expect(inventory).toMatchObject({
      name: 'pair',
      vip: { address: '10.77.0.100', prefix: 24, label: null },
      client: null,
      clients: ['10.77.0.0/24'],
      server: { flavour: 'auto', package: null, port: 3306, settings: {} },
      replication: { mode: 'gtid', password: null },
      policy: 'availability',
      witness: [],
      vrrp: { version: 3, virtualRouterId: 100, advertInterval: 0.5, priorities: [254, 253], mode: 'multicast' },
    })
    expect(inventory.masters.map(({ name, index, address, nic }) => ({ name, index, address, nic }))).toEqual([
      { name: 'm1', index: 0, address: '10.77.0.11', nic: 'host0' },
      { name: 'm2', index: 1, address: '10.77.0.12', nic: 'host0' },
    ])
    expect(inventory.masters[0].ssh).toMatchObject({ host: '10.77.0.11', port: 22, user: 'root', password: null })
  })
})

describe('priorities', () => {
  const of = (lines: string) => load(`${SMALLEST}${lines}`).vrrp.priorities
  it('leave keepalived itself the time to remove what it has said farewell to', () => {
    expect(of('keepalived: { engine: package }\n')).toEqual([100, 90])
    expect(of('keepalived: { engine: source, source: keepalived-2.3.4.tar.gz }\n')).toEqual([100, 90])
    expect(of('keepalived: { engine: bundled }\n')).toEqual([254, 253])
    expect(of('keepalived: { engine: package }\nvrrp: { priorities: [20, 30] }\n')).toEqual([20, 30])
  })
})

describe('a full inventory', () => {
  it('keeps what is given', () => {
    const inventory = load(
      [
        'name: shop',
        'vip: { address: 10.0.0.100, prefix: 24, label: "eth0:db" }',
        'nic: eth0',
        'ssh: { user: admin, key: keys/id }',
        'masters:',
        '  - { name: a, address: 10.0.0.1, replicationAddress: 192.168.0.1, ssh: { port: 2222, password: { env: PW } } }',
        '  - { name: b, address: 10.0.0.2, nic: eth1 }',
        'client: 10.0.0.9',
        'server: { flavour: mariadb, settings: { skip_name_resolve: true, max_connections: 500 } }',
        'replication: position',
        'vrrp: { version: 2, advertInterval: 1, authPass: "12345678" }',
        'notify: { command: page --team dba, mail: [dba@example.com] }',
      ].join('\n'),
      { PW: 'sesame' },
    )
    expect(inventory.masters[0].ssh).toMatchObject({
      port: 2222,
      user: 'admin',
      keys: [expect.stringMatching(/\/keys\/id$/)],
    })
    expect(inventory.masters[0].ssh.password?.reveal()).toBe('sesame')
    expect(inventory.masters[0].replicationAddress).toBe('192.168.0.1')
    expect(inventory.masters[1]).toMatchObject({ nic: 'eth1', replicationAddress: '10.0.0.2' })
    expect(inventory.client).toMatchObject({ name: 'c1', index: 2, address: '10.0.0.9' })
    expect(inventory.server.settings).toEqual({ skip_name_resolve: 'ON', max_connections: '500' })
    expect(inventory.replication.mode).toBe('position')
    expect(inventory.notify).toEqual({ command: 'page --team dba', mail: ['dba@example.com'] })
    expect(JSON.stringify(inventory)).not.toMatch(/sesame|12345678/)
  })

  it('takes SSH defaults for an address where the document gives none', () => {
    const inventory = inventoryFrom(parseSource(`${SMALLEST}ssh: { user: me }\n`, 'pair.yml'), {
      sshDefaults: (address) => (address === '10.77.0.12' ? { user: 'root', keys: ['/k'], knownHosts: ['/h'] } : null),
    })
    expect(inventory.masters[1].ssh).toMatchObject({ user: 'me', keys: ['/k'], knownHosts: ['/h'] })
    expect(inventory.masters[0].ssh.keys).not.toContain('/k')
  })

  it('never gives a virtual router id of 0', () => {
    expect(load(SMALLEST.replace('10.77.0.100/24', '10.77.1.0/16')).vrrp.virtualRouterId).toBe(1)
  })
})

describe('a wrong inventory is refused with its place', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'VIP outside the subnet',
      SMALLEST.replace('10.77.0.100', '10.78.0.100'),
      'pair.yml:1:6 vip: 10.78.0.100/24 is not in the subnet of masters[0]',
    ],
    ['masters equal', SMALLEST.replace('0.12', '0.11'), 'pair.yml:5:5 masters[1]: is the same host as masters[0]'],
    [
      'VIP equal to a master',
      SMALLEST.replace('0.100', '0.12'),
      'pair.yml:1:6 vip: 10.77.0.12 is the address of masters[1]',
    ],
    [
      'VIP is the broadcast address',
      SMALLEST.replace('0.100', '0.255'),
      'pair.yml:1:6 vip: 10.77.0.255 is the broadcast address',
    ],
    ['bad address', SMALLEST.replace('10.77.0.100', '192.168.1.300'), 'pair.yml:1:6 vip: not an IPv4 address'],
    ['unknown key', `${SMALLEST}replicaton: gtid\n`, 'pair.yml:6:1 replicaton: unknown key; did you mean replication?'],
    [
      'unknown key inside',
      `${SMALLEST}vrrp:\n  virtual_router_id: 5\n`,
      'pair.yml:7:3 vrrp.virtual_router_id: unknown key; did you mean virtualRouterId?',
    ],
    [
      'unknown key in a list',
      'vip: 10.0.0.9/24\nnic: e\nmasters:\n  - {adress: 10.0.0.1}\n  - 10.0.0.2\n',
      'pair.yml:4:6 masters[0].adress: unknown key; did you mean address?',
    ],
    ['wrong type', `${SMALLEST}vrrp: fast\n`, 'pair.yml:6:7 vrrp: expected a map, got string "fast"'],
    ['wrong type where two would do', `${SMALLEST}server: 7\n`, 'pair.yml:6:9 server: expected'],
    [
      'wrong number',
      `${SMALLEST}server: {port: "3306"}\n`,
      'pair.yml:6:16 server.port: expected a number, got string "3306"',
    ],
    ['missing key', 'vip: 10.0.0.9/24\nmasters: [10.0.0.1, 10.0.0.2]\n', 'nic: missing'],
    ['one master', 'vip: 10.0.0.9/24\nnic: e\nmasters: [10.0.0.1]\n', 'pair.yml:3:10 masters'],
    ['YAML syntax', 'vip: [10.0.0.9\nnic: e\n', 'YAML syntax'],
    ['empty file', '', 'pair.yml:1:1'],
    [
      'password of version 3',
      `${SMALLEST}vrrp: {authPass: abc}\n`,
      'pair.yml:6:18 vrrp.authPass: VRRP version 3 has no passwords',
    ],
    [
      'command of two lines',
      `${SMALLEST}notify: {command: "a\\nb"}\n`,
      'pair.yml:6:19 notify.command: a command is one line',
    ],
    ['recipient that is none', `${SMALLEST}notify: {mail: ["a b@c"]}\n`, 'not a mail address'],
    [
      'password that ends its quotes',
      `${SMALLEST}vrrp: {version: 2, authPass: 'a"b'}\n`,
      'pair.yml:6:30 vrrp.authPass: keepalived.conf can not say it',
    ],
    ['long password', `${SMALLEST}vrrp: {version: 2, authPass: "123456789"}\n`, 'VRRP sends the first 8 bytes only'],
    ['half seconds on version 2', `${SMALLEST}vrrp: {version: 2, advertInterval: 0.5}\n`, 'whole seconds only'],
    [
      'secret not set',
      `${SMALLEST}replication: {password: {env: NOPE}}\n`,
      'pair.yml:6:25 replication.password: the environment variable NOPE is not set',
    ],
    ['duplicate key', `${SMALLEST}nic: eth1\n`, 'pair.yml:6:1 YAML syntax'],
    [
      'same names',
      'vip: 10.0.0.9/24\nnic: e\nmasters:\n  - {name: x, address: 10.0.0.1}\n  - {name: x, address: 10.0.0.2}\n',
      'masters[1]: the name x is already used',
    ],
  ]
  it.each(cases)('%s', (_, text, expected) => {
    const error = refusal(text)
    expect(error.message).toContain(expected)
    expect(error.exit).toBe(4)
    expect(error.source).toBe('user')
    expect(error.where).toMatch(/^pair\.yml:\d+:\d+$/)
    expect(error.hint).toBeTruthy()
  })

  it('names all that is wrong at once', () => {
    const error = refusal('vip: 10.0.0.300\nnic: 7\nmaster: []\nmasters: [10.0.0.1, x]\n')
    expect(error.message.split('\n').map((line) => line.replace(/ .*/, ''))).toEqual(
      expect.arrayContaining(['pair.yml:1:6', 'pair.yml:2:6', 'pair.yml:3:1', 'pair.yml:4:21']),
    )
  })

  it('never shows a secret', () => {
    const error = refusal(`${SMALLEST}vrrp: {version: 2, authPass: "hunter2hunter2"}\n`)
    expect(error.message).not.toContain('hunter2')
  })
})

describe('JSON Schema', () => {
  it('comes from the same schema', () => {
    const schema = inventoryJsonSchema()
    expect(schema).toMatchObject({
      type: 'object',
      else: { type: 'object', required: ['vip', 'nic', 'masters'], additionalProperties: false },
    })
    expect(JSON.stringify(schema)).toContain('"virtualRouterId"')
  })
})
