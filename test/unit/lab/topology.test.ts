import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { labInventory } from '../../../src/cli/lab-inventory.ts'
import { loadInventory } from '../../../src/inventory/load.ts'
import { firewallRules, hostFiles } from '../../../src/lab/host-files.ts'
import { type Topology, topologyOf } from '../../../src/lab/topology.ts'

const folder = mkdtempSync(join(tmpdir(), 'mmha-topology-'))
afterAll(() => rmSync(folder, { recursive: true }))

function topologyFor(text: string): Topology {
  const file = join(folder, 'inventory.yml')
  writeFileSync(file, text)
  return topologyOf(loadInventory(file))
}

const SMALLEST = 'vip: 10.77.0.100/24\nnic: host0\nmasters:\n  - 10.77.0.11\n  - 10.77.0.12\n'

describe('topology', () => {
  it('the smallest inventory: both masters, a client and the controller on free addresses', () => {
    const { controller, hosts } = topologyFor(SMALLEST)
    expect(controller).toBe('10.77.0.1/24')
    expect(hosts.map(({ name, role, addresses, nic }) => [name, role, addresses, nic])).toEqual([
      ['m1', 'master', ['10.77.0.11/24'], 'host0'],
      ['m2', 'master', ['10.77.0.12/24'], 'host0'],
      ['c1', 'client', ['10.77.0.20/24'], 'host0'],
    ])
  })

  it("a user's own names, NICs, ports and replication addresses are rehearsed as they are", () => {
    const { controller, hosts } = topologyFor(`vip: 192.168.5.10/28
nic: bond0.12
masters:
  - { name: Production_database_1, address: 192.168.5.1, replicationAddress: 172.16.0.1, ssh: { port: 2222 } }
  - { address: 192.168.5.2, nic: eth1 }
client: 192.168.5.4
`)
    expect(controller).toBe('192.168.5.3/28')
    expect(hosts[0]).toMatchObject({ addresses: ['192.168.5.1/28', '172.16.0.1/24'], sshPort: 2222, nic: 'bond0.12' })
    expect(hosts[0]?.port).toMatch(/^p-[0-9a-f]{10}$/)
    expect(hosts[1]).toMatchObject({ name: 'm2', nic: 'eth1', port: 'm2' })
    expect(hosts[2]).toMatchObject({ addresses: ['192.168.5.4/28'], role: 'client' })
  })

  it('several pairs: one network, one client, the hosts named by their pairs', () => {
    const file = join(folder, 'fleet.yml')
    writeFileSync(
      file,
      `nic: host0
pairs:
  - { name: shop, vip: 10.77.0.100/24, masters: [10.77.0.11, 10.77.0.12] }
  - { name: crm, vip: 10.77.0.101/24, masters: [10.77.0.20, { name: db2, address: 10.77.0.1 }] }
`,
    )
    const { inventory, beside } = labInventory(file, {})
    const { controller, hosts } = topologyOf(inventory, beside)
    expect(controller).toBe('10.77.0.2/24')
    expect(hosts.map(({ name, role, addresses }) => [name, role, addresses[0]])).toEqual([
      ['shop-m1', 'master', '10.77.0.11/24'],
      ['shop-m2', 'master', '10.77.0.12/24'],
      ['crm-m1', 'master', '10.77.0.20/24'],
      ['crm-db2', 'master', '10.77.0.1/24'],
      ['c1', 'client', '10.77.0.21/24'],
    ])
  })

  it('pairs of two networks are refused, by name', () => {
    const file = join(folder, 'apart.yml')
    writeFileSync(
      file,
      `nic: host0
pairs:
  - { name: shop, vip: 10.77.0.100/24, masters: [10.77.0.11, 10.77.0.12] }
  - { name: crm, vip: 10.78.0.100/24, masters: [10.78.0.11, 10.78.0.12] }
`,
    )
    expect(() => labInventory(file, {})).toThrow(/VIP of crm is in another one than that of shop/)
  })

  it('every host has its own MAC address, and keeps it', () => {
    const macs = () => topologyFor(SMALLEST).hosts.map((host) => host.mac)
    expect(macs()).toEqual(macs())
    expect(new Set(macs()).size).toBe(3)
    expect(macs().every((mac) => /^02(:[0-9a-f]{2}){5}$/.test(mac))).toBe(true)
  })
})

describe('host files', () => {
  const { hosts } = topologyFor(SMALLEST)
  const files = (index: number) => {
    const host = hosts[index]
    if (host === undefined) throw new Error('no such host')
    return hostFiles({ host, all: hosts, hostKey: { secret: 'S', public: 'P' }, authorized: 'A' })
  }

  it('secrets are for root only', () => {
    expect(
      files(0)
        .filter(({ mode }) => (mode & 0o077) === 0)
        .map(({ path }) => path),
    ).toEqual(['/etc/ssh/ssh_host_ed25519_key', '/root/.ssh/authorized_keys'])
  })

  it('database hosts have a firewall that rejects what is not SSH, the client has none', () => {
    expect(files(0).find(({ path }) => path === '/etc/iptables/rules.v4')?.content).toBe(firewallRules(22))
    expect(files(2).some(({ path }) => path.startsWith('/etc/iptables'))).toBe(false)
    expect(firewallRules(2222)).toMatch(/--dport 2222 -j ACCEPT\n-A INPUT -j REJECT/)
  })

  it('each host knows the others by name', () => {
    const names = files(1).find(({ path }) => path === '/etc/hosts')?.content
    expect(names).toContain('10.77.0.11 m1\n10.77.0.12 m2\n10.77.0.20 c1\n')
  })
})
