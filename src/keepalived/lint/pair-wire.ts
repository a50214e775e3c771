import type { VrrpInstance } from '../config/config.ts'
import { familyOf, named, type Pairing } from './pairing.ts'
import { inSeconds, type PlacedInstance, placeOf, type Say } from './subject.ts'

const plural = (addresses: readonly string[]) => addresses.join(', ')

/** What must be equal, or adverts are dropped. */
export function sameWire({ here, there }: Pairing, say: Say): void {
  const one = here.instance
  const other = there.instance
  const placeThere = (keyword: string) => named(placeOf(there.block, keyword))
  const name = one.name
  if (one.virtualRouterId !== other.virtualRouterId) {
    const said = `${name}: virtual_router_id ${one.virtualRouterId} here, ${other.virtualRouterId} in ${placeThere('virtual_router_id')}`
    say('pair-vrid', placeOf(here.block, 'virtual_router_id'), said, 'the same number on both nodes')
  }
  if (familyOf(one) !== familyOf(other)) {
    const said = `${name}: IPv${familyOf(one)} here, IPv${familyOf(other)} in ${named(there.block)}`
    say('pair-family', placeOf(here.block, 'virtual_ipaddress'), said, 'one instance for each family')
  }
  if (one.version !== other.version) {
    const said = `${name}: VRRP version ${one.version} here, ${other.version} in ${placeThere('version')}`
    say('pair-version', placeOf(here.block, 'version'), said, 'the same version on both nodes')
  }
  if (one.advertInterval !== other.advertInterval) {
    const learned = one.version === 3 && other.version === 3
    const said = `${name}: advert_int ${inSeconds(one.advertInterval)} here, ${inSeconds(other.advertInterval)} in ${placeThere('advert_int')}`
    const also = learned ? '; version 3 takes over the master’s' : ''
    say(
      'pair-interval',
      placeOf(here.block, 'advert_int'),
      said + also,
      'the same on both nodes',
      learned ? 'warning' : 'error',
    )
  }
  const sameType = one.authentication?.type === other.authentication?.type
  if (!sameType || one.authentication?.password !== other.authentication?.password) {
    const what = ({ authentication }: VrrpInstance) => authentication?.type ?? 'no authentication'
    const said = sameType
      ? `${name}: auth_pass differs from ${placeThere('authentication')}`
      : `${name}: ${what(one)} here, ${what(other)} in ${placeThere('authentication')}`
    say('pair-auth', placeOf(here.block, 'authentication'), said, 'the same on both nodes')
  }
}

/** The same addresses on both. */
export function sameAddresses({ here, there }: Pairing, say: Say): void {
  const shown = ({ instance }: PlacedInstance) =>
    instance.virtualAddresses.map(({ address, prefix }) => `${address}/${prefix}`)
  const mine = shown(here)
  const theirs = shown(there)
  const at = placeOf(here.block, 'virtual_ipaddress')
  const place = named(placeOf(there.block, 'virtual_ipaddress'))
  const extra = mine.filter((address) => !theirs.includes(address))
  const missing = theirs.filter((address) => !mine.includes(address))
  if (extra.length + missing.length > 0) {
    const parts = [
      ...(extra.length === 0 ? [] : [`${plural(extra)} only here`]),
      ...(missing.length === 0 ? [] : [`${plural(missing)} only in ${place}`]),
    ]
    say(
      'pair-vips',
      at,
      `${here.instance.name}: ${parts.join(', ')}`,
      'the same addresses with the same prefix on both nodes',
    )
  } else if (mine.join() !== theirs.join()) {
    say(
      'pair-vip-order',
      at,
      `${here.instance.name}: the addresses are in another order than in ${place}`,
      'one order on both nodes',
    )
  }
}
