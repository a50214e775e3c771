import { createHash } from 'node:crypto'
import type { Host, Inventory } from '../inventory/inventory.ts'

/** A host of the lab as the inventory wants it. */
export interface HostPlan {
  readonly name: string
  readonly role: 'master' | 'client'
  /** On the NIC, in CIDR notation; the first is where SSH reaches it. */
  readonly addresses: readonly [string, ...string[]]
  readonly nic: string
  readonly mac: string
  readonly sshPort: number
  /** Interface name of the bridge's end of its cable. */
  readonly port: string
}

export interface Topology {
  /** The bridge's own address: where the controller is, CIDR. */
  readonly controller: string
  readonly hosts: readonly HostPlan[]
}

/** One of several pairs in a lab; in front of its hosts' names stands its own. */
export interface LabPair {
  readonly name: string
  readonly inventory: Inventory
}

export interface Beside {
  /** Name of the pair itself; null: it is alone. */
  readonly own: string | null
  readonly more: readonly LabPair[]
}

const ALONE: Beside = { own: null, more: [] }

/**
 * The lab of an inventory: both masters, and a client, which gets a free address when the inventory names none.
 * @param more pairs beside it in the same network, reached from the same client
 */
export function topologyOf(inventory: Inventory, { own, more }: Beside = ALONE): Topology {
  // A VIP without a subnet of its own still needs a network for its hosts.
  const prefix = inventory.vip.prefix <= 29 ? inventory.vip.prefix : 24
  const all = [inventory, ...more.map((pair) => pair.inventory)]
  const taken = all.flatMap(({ vip, masters }) => [vip.address, ...masters.map((host) => host.address)])
  if (inventory.client !== null) taken.push(inventory.client.address)
  const client = inventory.client ?? {
    name: 'c1',
    address: freeAddress(inventory.vip.address, prefix, taken, 20),
    nic: inventory.masters[0].nic,
  }
  const controller = freeAddress(inventory.vip.address, prefix, [...taken, client.address], 1)
  const named = (pair: string | null, host: Host) => (pair === null ? host : { ...host, name: `${pair}-${host.name}` })
  const plans = [
    ...inventory.masters.map((host) => planOf(named(own, host), 'master' as const, prefix)),
    ...more.flatMap((pair) =>
      pair.inventory.masters.map((host) => planOf(named(pair.name, host), 'master' as const, prefix)),
    ),
    planOf(client, 'client', prefix),
  ]
  return { controller: `${controller}/${prefix}`, hosts: plans }
}

function planOf(host: Pick<Host, 'name' | 'address' | 'nic'> & Partial<Host>, role: HostPlan['role'], prefix: number) {
  const other = host.replicationAddress
  return {
    name: host.name,
    role,
    addresses: [`${host.address}/${prefix}`, ...(other && other !== host.address ? [`${other}/24`] : [])] as const,
    nic: host.nic,
    mac: macOf(host.name, host.address),
    sshPort: host.ssh?.port ?? 22,
    port: portOf(host.name),
  }
}

/** First free host address at or after the subnet's `from`th, else from its first on. */
function freeAddress(within: string, prefix: number, taken: readonly string[], from: number): string {
  const base = Math.floor(toNumber(within) / 2 ** (32 - prefix)) * 2 ** (32 - prefix)
  const last = 2 ** (32 - prefix) - 2
  const offsets = [...Array(Math.min(last, 64)).keys()].map((i) => ((from - 1 + i) % last) + 1)
  const free = offsets.map((offset) => toText(base + offset)).find((address) => !taken.includes(address))
  // Three hosts, a VIP and the controller fit into /29 and wider.
  return free ?? toText(base + 1)
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}

/** Stays the same over a power loss, as a network card's does. */
export function macOf(name: string, address: string): string {
  const hex = createHash('sha256').update(`${name} ${address}`).digest('hex')
  return ['02', ...[0, 2, 4, 6, 8].map((at) => hex.slice(at, at + 2))].join(':')
}

function portOf(host: string): string {
  if (/^[a-z0-9-]{1,15}$/.test(host) && host !== 'lo' && host !== 'br0') return host
  return `p-${createHash('sha256').update(host).digest('hex').slice(0, 10)}`
}
