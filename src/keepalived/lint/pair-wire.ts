import type { VrrpInstance } from '../config/config.ts'
import type { SignatureConfig } from '../config/wire.ts'
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

/** Signatures and groups: whoever has another hears nobody. */
export function sameSenders({ here, there }: Pairing, say: Say): void {
  const one = here.instance
  const other = there.instance
  const place = (keyword: string) => named(placeOf(there.block, keyword))
  const isMulticast = one.unicastPeers.length === 0 && other.unicastPeers.length === 0
  if (isMulticast && one.wire.family === other.wire.family && one.wire.group !== other.wire.group) {
    const said = `${one.name}: adverts go to ${one.wire.group} here, to ${other.wire.group} in ${place('mcast_dst_ip')}`
    say('pair-group', placeOf(here.block, 'mcast_dst_ip'), said, 'the same group on both nodes')
  }
  for (const [mine, theirs] of [
    [one.wire.signature, other.wire.signature],
    [other.wire.signature, one.wire.signature],
  ] as const) {
    const fault = signatureFault(mine, theirs)
    if (fault === null) continue
    const said = `${one.name}: auth_hmac: ${fault}; here and in ${place('auth_hmac')}`
    say('pair-auth', placeOf(here.block, 'auth_hmac'), said, 'the same keys on both nodes')
    return
  }
}

/** Why a listener drops what the other one sends; null: it does not. */
function signatureFault(listener: SignatureConfig | null, sender: SignatureConfig | null): string | null {
  const signs = sender !== null && sender.mode !== 'receive-only'
  if (listener === null) return signs ? 'only one of the nodes has it' : null
  if (!signs) return listener.mode === 'enforce' ? 'one node enforces signatures, the other sends none' : null
  const key = sender.keys.find(({ id }) => id === sender.activeKey)
  const known = listener.keys.find(({ id }) => id === sender.activeKey)
  if (known === undefined) return `key ${sender.activeKey} is active on one node and unknown to the other`
  return known.hex === key?.hex ? null : `key ${sender.activeKey} differs`
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
