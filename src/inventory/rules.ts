import { BlockList } from 'node:net'
import type { Problem } from './document.ts'
import type { Inventory } from './inventory.ts'

/** True when both IPv4 addresses are in one subnet of this prefix length. */
export function sameSubnet(a: string, b: string, prefix: number): boolean {
  const subnet = new BlockList()
  subnet.addSubnet(a, prefix, 'ipv4')
  return subnet.check(b, 'ipv4')
}

/** What the schema can't say: rules between fields. Pure; [] when all hold. */
export function brokenRules(inventory: Inventory): Problem[] {
  const [first, second] = inventory.masters
  const { address, prefix } = inventory.vip
  const problems: Problem[] = []
  if (first.address === second.address) {
    problems.push({
      path: ['masters', 1],
      message: `is the same host as masters[0] (${first.address}); a pair is two servers`,
    })
  }
  inventory.masters.forEach((master, i) => {
    if (master.address === address || master.replicationAddress === address) {
      problems.push({
        path: ['vip'],
        message: `${address} is the address of masters[${i}]; the VIP must be an address of its own`,
      })
    } else if (prefix < 31 && !sameSubnet(master.address, address, prefix) && master.nic === inventory.masters[0].nic) {
      problems.push({
        path: ['vip'],
        message: `${address}/${prefix} is not in the subnet of masters[${i}] (${master.address}); choose a free address of that subnet`,
      })
    }
  })
  if (prefix < 31) {
    const edge = edges(address, prefix)
    if (edge !== null) problems.push({ path: ['vip'], message: `${address} is the ${edge} address of its subnet` })
  }
  if (inventory.client !== null && inventory.client.address === address) {
    problems.push({ path: ['client'], message: `${address} is the VIP` })
  }
  const names = [...inventory.masters, ...(inventory.client === null ? [] : [inventory.client])].map(
    (host) => host.name,
  )
  names.forEach((name, i) => {
    if (names.indexOf(name) < i) {
      problems.push({
        path: i === 2 ? ['client'] : ['masters', i],
        message: `the name ${name} is already used; names must differ`,
      })
    }
  })
  const { vrrp } = inventory
  if (vrrp.version === 2 && !Number.isInteger(vrrp.advertInterval)) {
    problems.push({
      path: ['vrrp', 'advertInterval'],
      message: 'VRRP version 2 knows whole seconds only; use version 3 or a whole number',
    })
  }
  const password = vrrp.authPass?.reveal()
  if (password !== undefined && Buffer.byteLength(password) > 8) {
    problems.push({ path: ['vrrp', 'authPass'], message: 'VRRP sends the first 8 bytes only; give at most 8' })
  }
  if (password !== undefined && !/^[ !#-[\]-~]*$/.test(password)) {
    problems.push({
      path: ['vrrp', 'authPass'],
      message: 'keepalived.conf can not say it; use ASCII characters without " and \\',
    })
  }
  if (password !== undefined && vrrp.version === 3) {
    problems.push({
      path: ['vrrp', 'authPass'],
      message: 'VRRP version 3 has no passwords; leave it out or use version 2',
    })
  }
  if (vrrp.priorities[0] === vrrp.priorities[1]) {
    problems.push({ path: ['vrrp', 'priorities'], message: 'must differ, so that a tie is not settled by chance' })
  }
  const replication = inventory.replication.password?.reveal()
  if (replication !== undefined && Buffer.byteLength(replication) > 32) {
    problems.push({
      path: ['replication', 'password'],
      message: 'replication takes at most 32 bytes (server error 3056)',
    })
  }
  problems.push(...engineProblems(inventory))
  return problems
}

/** What can't be with the daemon that was chosen. */
function engineProblems({ keepalived, replication, witness }: Inventory): Problem[] {
  const { engine, source, sha256 } = keepalived
  const problems: Problem[] = []
  if (engine === 'source' && source === null)
    problems.push({
      path: ['keepalived'],
      message: 'engine: source needs the tarball: source: keepalived-2.3.4.tar.gz',
    })
  if (engine !== 'source' && (source !== null || sha256 !== null))
    problems.push({
      path: ['keepalived', source === null ? 'sha256' : 'source'],
      message: 'is for engine: source only',
    })
  if (engine === 'bundled') return problems
  if (replication.mode === 'position')
    problems.push({
      path: ['replication'],
      message: `keepalived.engine ${engine} needs GTIDs: without mmha-keepalived nothing else tells whether a server that returns has transactions of its own`,
    })
  if (witness.length > 0)
    problems.push({ path: ['witness'], message: `keepalived.engine ${engine} asks no witness; only bundled does` })
  return problems
}

function edges(address: string, prefix: number): 'network' | 'broadcast' | null {
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - prefix)
  if (value % size === 0) return 'network'
  return value % size === size - 1 ? 'broadcast' : null
}
