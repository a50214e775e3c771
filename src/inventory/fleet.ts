import { invalid } from './document.ts'
import type { Inventory, SshTarget } from './inventory.ts'
import { inventoryFrom, type LoadOptions, openWith } from './load.ts'
import { type PairSource, pairSources, sameName } from './pairs.ts'
import { sameSubnet } from './rules.ts'

/** A pair of a fleet: its inventory, or why it has none. */
export type FleetPair = { readonly name: string; readonly place: string } & (
  | { readonly inventory: Inventory; readonly error: null }
  | { readonly inventory: null; readonly error: unknown }
)

/** What two pairs would do to each other. */
export interface Clash {
  readonly pairs: readonly [string, string]
  readonly virtualRouterId: number
  /** One that no pair of this network has. */
  readonly free: number
}

/**
 * Loads the pairs of a directory, of a `pairs:` list, of an Ansible inventory with several; a pair whose inventory is
 * wrong keeps no other from its work.
 * @returns null: the file is the inventory of one pair
 * @throws MmhaError (exit 4) where not even their names can be read
 */
export function loadFleet(file: string, options: LoadOptions = {}): readonly FleetPair[] | null {
  const sources = pairSources(file, openWith(options))
  if (sources === null) return null
  const alike = (name: string) => sources.filter((one) => one.name === name)
  const loaded = sources.map((source) => loadPair(source, alike(source.name), options))
  return loaded.map((pair): FleetPair => {
    const problems = pair.inventory === null ? [] : sharedWith(pair, pair.inventory, loaded)
    if (problems.length === 0) return pair
    const error = invalid(
      'INVENTORY_INVALID',
      problems,
      'a host and an address belong to one pair; correct one of them',
    )
    return { name: pair.name, place: pair.place, inventory: null, error }
  })
}

function loadPair(source: PairSource, alike: readonly PairSource[], options: LoadOptions): FleetPair {
  const { name, place } = source
  try {
    if (alike.length > 1) throw sameName(alike)
    return { name, place, inventory: inventoryFrom(source.read(), options), error: null }
  } catch (error) {
    return { name, place, inventory: null, error }
  }
}

/** Hosts and the address that another pair has, too; each line with the place of this pair. */
function sharedWith({ name, place }: FleetPair, inventory: Inventory, all: readonly FleetPair[]): string[] {
  return all.flatMap((other) => {
    if (other.inventory === null || other.name === name) return []
    const theirs = new Map(other.inventory.masters.map((host) => [wayTo(host.ssh), host.name]))
    const hosts = inventory.masters.flatMap((host) => {
      const twin = theirs.get(wayTo(host.ssh))
      return twin === undefined ? [] : [`${host.name} (${host.address}) is ${twin} of ${other.name}, too`]
    })
    const vip = inventory.vip.address
    const vips = vip === other.inventory.vip.address && oneNetwork(inventory, other.inventory)
    return [...hosts, ...(vips ? [`the vip ${vip} is that of ${other.name}, too`] : [])].map(
      (line) => `${place} ${name}: ${line} (${other.place})`,
    )
  })
}

/** Where a login ends: port forwardings and jump hosts can lead to different hosts behind equal addresses. */
function wayTo({ host, port, jumps = [] }: SshTarget): string {
  return [...jumps, { host, port }].map((hop) => `${hop.host}:${hop.port}`).join(' ')
}

/** Two pairs that hear each other: one subnet, reached by one way, in which no address is there twice. */
function oneNetwork(a: Inventory, b: Inventory): boolean {
  const jumps = ({ masters }: Inventory) => JSON.stringify((masters[0].ssh.jumps ?? []).map(({ host }) => host))
  const addresses = b.masters.map(({ address }) => address)
  return (
    sameSubnet(a.vip.address, b.vip.address, Math.min(a.vip.prefix, b.vip.prefix)) &&
    jumps(a) === jumps(b) &&
    !a.masters.some(({ address }) => addresses.includes(address))
  )
}

/** Pairs of one network whose adverts are taken for each other's: one router id, both by multicast. Pure. */
export function clashesOf(fleet: readonly FleetPair[]): readonly Clash[] {
  const pairs = fleet.flatMap(({ name, inventory }) => (inventory === null ? [] : [{ name, inventory }]))
  return pairs.flatMap((one, i) =>
    pairs.slice(i + 1).flatMap((other): Clash[] => {
      const [a, b] = [one.inventory, other.inventory]
      const same = a.vrrp.virtualRouterId === b.vrrp.virtualRouterId
      const heard = a.vrrp.mode === 'multicast' && b.vrrp.mode === 'multicast'
      if (!same || !heard || !oneNetwork(a, b)) return []
      const used = pairs.filter(({ inventory }) => oneNetwork(inventory, a) || inventory === a)
      const ids = new Set(used.map(({ inventory }) => inventory.vrrp.virtualRouterId))
      const free = Array.from({ length: 255 }, (_, id) => id + 1).find((id) => !ids.has(id)) ?? 0
      return [{ pairs: [one.name, other.name], virtualRouterId: a.vrrp.virtualRouterId, free }]
    }),
  )
}
