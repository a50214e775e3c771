import { nodeOf } from '../config/access.ts'
import { named, type Pairing } from './pairing.ts'
import { type PlacedInstance, placeOf, type Say } from './subject.ts'

/** The database's side of both. */
export function sameRole({ here, there }: Pairing, say: Say): void {
  const one = here.instance
  const other = there.instance
  const role = (placed: PlacedInstance) => nodeOf(placed.block, 'role')?.block ?? placed.block
  if ((one.role === null) !== (other.role === null)) {
    const bare = one.role === null ? here : there
    say(
      'pair-role',
      bare.block,
      `${bare.instance.name}: no role here, unlike the other node`,
      'a role block on both nodes',
    )
  }
  if (one.role !== null && other.role !== null) {
    for (const [mine, theirs] of [
      [here, there],
      [there, here],
    ] as const) {
      const peer = mine.instance.role?.peer.address
      const own = theirs.instance.unicastSourceIp
      if (peer === undefined || own === null || peer === own || !/^[0-9.]+$|:/.test(peer)) continue
      const said = `${mine.instance.name}: peer ${peer}, but the other node is ${own} (${named(placeOf(theirs.block, 'unicast_src_ip'))})`
      say('pair-role', placeOf(role(mine), 'peer'), said, `write peer ${own}`, 'warning')
    }
    if (one.role.heartbeatPort !== other.role.heartbeatPort) {
      const said = `${one.name}: heartbeat_port ${one.role.heartbeatPort} here, ${other.role.heartbeatPort} in ${named(role(there))}`
      say('pair-role', placeOf(role(here), 'heartbeat_port'), said, 'the same on both nodes')
    }
    if (one.role.policy !== other.role.policy) {
      const said = `${one.name}: policy ${one.role.policy} here, ${other.role.policy} in ${named(role(there))}`
      say('pair-policy', placeOf(role(here), 'policy'), said, 'the same on both nodes')
    }
  }
}
