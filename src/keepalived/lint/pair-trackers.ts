import { isServedBy } from '../config/served.ts'
import { virtualServerTracker } from '../track/tracker-name.ts'
import { named, type Pairing } from './pairing.ts'
import type { PlacedInstance, Say, Subject } from './subject.ts'

/** What can take an instance's address away, besides its own interface. */
function watching({ instance }: PlacedInstance, { config }: Subject): string[] {
  const trackers = [...instance.trackScripts, ...instance.trackProcesses, ...instance.trackFiles]
  return [
    ...trackers.map(({ name }) => name),
    ...config.virtualServers.filter((virtual) => isServedBy(virtual, instance)).map(virtualServerTracker),
    ...(instance.role === null ? [] : ['its role']),
  ]
}

/** One node that looks at its service, and one that does not. */
export function sameTrackers(pairing: Pairing, here: Subject, there: Subject, say: Say): void {
  const mine = watching(pairing.here, here)
  const theirs = watching(pairing.there, there)
  if ((mine.length === 0) === (theirs.length === 0)) return
  const [bare, other, what] =
    mine.length === 0 ? [pairing.here, pairing.there, theirs] : [pairing.there, pairing.here, mine]
  const said = `${bare.instance.name}: nothing is tracked here, ${what.join(', ')} in ${named(other.block)}`
  say('pair-trackers', bare.block, said, 'the same checks on both nodes')
}
