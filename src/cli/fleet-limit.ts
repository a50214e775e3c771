import { EXIT, MmhaError } from '../events/error.ts'
import type { FleetPair } from '../inventory/fleet.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { nearest } from '../inventory/nearest.ts'

/** A pair that a command is for, and the only hosts of it that are; []: all. */
export interface LimitedPair {
  readonly pair: FleetPair
  readonly hosts: readonly string[]
}

/**
 * Which pairs `--limit PAIR[,HOST]` means. Names of pairs choose pairs; names of hosts choose, of those, the pairs that
 * have them, and of these only the hosts. What names a pair is not looked for among hosts.
 * @param limit as given; undefined: all
 * @throws MmhaError NO_SUCH_PAIR (exit 4)
 */
export function limitFleet(fleet: readonly FleetPair[], limit: string | undefined): readonly LimitedPair[] {
  const words = (limit ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]))
  const named = fleet.filter(({ name }) => words.includes(name))
  const hosts = words.filter((word) => !fleet.some(({ name }) => name === word))
  const among = named.length > 0 ? named : fleet
  for (const host of hosts) if (!among.some((pair) => hostsOf(pair).includes(host))) throw unknown(host, fleet, among)
  return among.flatMap((pair) => {
    const own = hostsOf(pair).filter((name) => hosts.includes(name))
    return hosts.length > 0 && own.length === 0 ? [] : [{ pair, hosts: own }]
  })
}

function hostsOf({ inventory }: { readonly inventory: Inventory | null }): string[] {
  if (inventory === null) return []
  return [...inventory.masters, ...(inventory.client === null ? [] : [inventory.client])].map(({ name }) => name)
}

function unknown(word: string, fleet: readonly FleetPair[], among: readonly FleetPair[]): MmhaError {
  const pairs = fleet.map(({ name }) => name)
  const hosts = [...new Set(among.flatMap(hostsOf))]
  const near = nearest(word, [...pairs, ...hosts])
  return new MmhaError(
    `--limit: there is no pair ${word}, nor a host ${word} in ${among.map(({ name }) => name).join(', ')}`,
    {
      code: 'NO_SUCH_PAIR',
      source: 'user',
      exit: EXIT.invalid,
      hint: `${near === null ? '' : `did you mean ${near}? `}pairs: ${pairs.join(', ')}; hosts: ${hosts.join(', ')}`,
    },
  )
}
