import { EXIT, MmhaError } from '../events/error.ts'
import type { HostFacts } from '../hosts/host-facts.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import { placeInInventory } from '../inventory/load.ts'
import { sameSubnet } from '../inventory/rules.ts'

/** What the inventory says against what the hosts have. @throws MmhaError (exit 4) with its place in the inventory. */
export function checkHosts(inventory: Inventory, facts: ReadonlyMap<string, HostFacts>): void {
  for (const master of inventory.masters) {
    const own = facts.get(master.name)
    if (own !== undefined) checkNic(inventory, master, own)
  }
}

function checkNic(inventory: Inventory, host: Host, facts: HostFacts): void {
  const nic = facts.nics.find(({ name }) => name === host.nic)
  if (nic === undefined) {
    const names = facts.nics
      .filter(({ name }) => name !== 'lo')
      .map(({ name, addresses }) => `${name} (${addresses.join(' ') || 'no address'})`)
    throw wrong(
      inventory,
      host,
      ['nic'],
      `nic: ${host.name} has no interface ${host.nic}`,
      `it has ${names.join(', ')}`,
    )
  }
  const { address, prefix } = inventory.vip
  const subnets = nic.addresses.flatMap((text) => {
    const [own = '', length = ''] = text.split('/')
    return own.includes(':') || own === address ? [] : [{ own, length: Number(length) }]
  })
  if (subnets.some(({ own, length }) => sameSubnet(own, address, length))) return
  const held = subnets.map(({ own, length }) => `${own}/${length}`).join(', ')
  const message = `vip: ${address}/${prefix} is not in the subnet of ${host.nic} on ${host.name} (${held || 'no IPv4 address'})`
  throw wrong(inventory, host, ['vip'], message, 'choose a free address of that subnet, or another nic')
}

function wrong(inventory: Inventory, host: Host, path: readonly string[], message: string, hint: string): MmhaError {
  const where = placeInInventory(inventory, path)
  return new MmhaError(`${where} ${message}`, {
    code: 'INVENTORY_UNFIT',
    source: 'user',
    exit: EXIT.invalid,
    host: host.name,
    where,
    hint,
  })
}
