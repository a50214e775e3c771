import type { VrrpInstance } from '../config/config.ts'
import type { Place } from '../config/diagnostics.ts'
import type { PlacedInstance, Say, Subject } from './subject.ts'

/** Two views of one virtual router: `here` is where findings are shown. */
export interface Pairing {
  readonly here: PlacedInstance
  readonly there: PlacedInstance
}

/** `file:line`, for the other end of a finding. */
export const named = (place: Place) => `${place.file}:${place.line}`

/** The family that an instance's addresses have. */
export const familyOf = ({ virtualAddresses }: VrrpInstance) => virtualAddresses[0]?.family ?? 4

/** Instances of two nodes that are meant to be one virtual router: by number, then by a shared address, then by name. */
export function pairings(here: Subject, there: Subject, say: Say): Pairing[] {
  const left = new Set(there.instances)
  const lone = new Set(here.instances)
  const found: Pairing[] = []
  const match = (same: (one: VrrpInstance, other: VrrpInstance) => boolean) => {
    for (const placed of [...lone]) {
      const partner = [...left].find(({ instance }) => same(placed.instance, instance))
      if (partner === undefined) continue
      lone.delete(placed)
      left.delete(partner)
      found.push({ here: placed, there: partner })
    }
  }
  const addressesOf = ({ virtualAddresses }: VrrpInstance) => new Set(virtualAddresses.map(({ address }) => address))
  const sameNumber = (one: VrrpInstance, other: VrrpInstance) => one.virtualRouterId === other.virtualRouterId
  const shared = (one: VrrpInstance, other: VrrpInstance) =>
    one.virtualAddresses.some(({ address }) => addressesOf(other).has(address))
  match((one, other) => sameNumber(one, other) && shared(one, other))
  match((one, other) => sameNumber(one, other) && one.name === other.name)
  match(shared)
  match((one, other) => sameNumber(one, other) && familyOf(one) === familyOf(other))
  match((one, other) => one.name === other.name)
  for (const { instance, block } of lone) {
    say(
      'pair-missing',
      block,
      `${instance.name} (virtual_router_id ${instance.virtualRouterId}) is not in ${there.tree.file}`,
      null,
    )
  }
  for (const { instance, block } of left) {
    say(
      'pair-missing',
      block,
      `${instance.name} (virtual_router_id ${instance.virtualRouterId}) is not in ${here.tree.file}`,
      null,
    )
  }
  return found
}
