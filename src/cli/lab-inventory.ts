import { EXIT, MmhaError } from '../events/error.ts'
import { lab as say } from '../events/messages/lab.ts'
import { loadFleet } from '../inventory/fleet.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { type LoadOptions, loadInventory } from '../inventory/load.ts'
import { sameSubnet } from '../inventory/rules.ts'
import type { Beside } from '../lab/topology.ts'

/**
 * Whose hosts a lab is to have: of one pair, or of all pairs of a directory or a list, in one network.
 * @throws MmhaError (exit 4) when one of them is wrong, or in another network than the first
 */
export function labInventory(
  file: string,
  options: LoadOptions,
): { readonly inventory: Inventory; readonly beside?: Beside } {
  const pairs = loadFleet(file, options)?.map((pair) => {
    if (pair.inventory === null) throw pair.error
    return { name: pair.name, inventory: pair.inventory }
  })
  const [first, ...more] = pairs ?? []
  if (first === undefined) return { inventory: loadInventory(file, options) }
  const { address, prefix } = first.inventory.vip
  const apart = more.find(({ inventory }) => !sameSubnet(address, inventory.vip.address, prefix))
  if (apart !== undefined)
    throw new MmhaError(say('lab.networks', { pair: apart.name, other: first.name }), {
      code: 'LAB_NETWORKS',
      source: 'user',
      exit: EXIT.invalid,
      where: file,
      hint: say('lab.networks.do'),
    })
  return { inventory: first.inventory, ...(more.length > 0 ? { beside: { own: first.name, more } } : {}) }
}
