import { peerItems } from '../config/access.ts'
import type { Pairing } from './pairing.ts'
import { type PlacedInstance, placeOf, type Say } from './subject.ts'

const isUnicast = ({ instance }: PlacedInstance) => instance.unicastPeers.length > 0
const peersAt = ({ block }: PlacedInstance) => peerItems(block, 'unicast_peer')[0] ?? placeOf(block, 'unicast_peer')

/** Does each node address the other? Without unicast_src_ip nobody can know that from the files. */
export function samePeers({ here, there }: Pairing, say: Say): void {
  if (isUnicast(here) !== isUnicast(there)) {
    const [unicast, multicast] = isUnicast(here) ? [here, there] : [there, here]
    const said = `${multicast.instance.name}: multicast here, unicast in ${unicast.block.file}:${unicast.block.line}`
    say('pair-unicast', multicast.block, said, 'unicast_peer on both nodes')
    return
  }
  const one = here.instance.unicastSourceIp
  const other = there.instance.unicastSourceIp
  if (isUnicast(here) && one !== null && one === other) {
    const said = `${here.instance.name}: unicast_src_ip ${one} on both nodes`
    say('pair-unicast', placeOf(here.block, 'unicast_src_ip'), said, "each node's own address")
    return
  }
  for (const [mine, theirs] of [
    [here, there],
    [there, here],
  ] as const) {
    const { name, unicastPeers } = mine.instance
    const source = theirs.instance.unicastSourceIp
    if (!isUnicast(mine) || source === null || unicastPeers.includes(source)) continue
    const said = `${name}: unicast_peer does not list ${source}, from which the other node speaks`
    say('pair-unicast', peersAt(mine), said, `add ${source}`)
  }
}
