import { named, type Pairing } from './pairing.ts'
import { placeOf, type Say } from './subject.ts'
import { effectivePriority, lowerings } from './weight.ts'

/** Who wins, and whether a failure that only lowers a priority changes that. */
export function samePlan({ here, there }: Pairing, say: Say): void {
  const one = here.instance
  const other = there.instance
  const [mine, theirs] = [effectivePriority(one), effectivePriority(other)]
  const at = placeOf(here.block, 'priority')
  const place = named(placeOf(there.block, 'priority'))
  if (mine === theirs) {
    const said = `${one.name}: priority ${mine} here and in ${place}`
    say(
      'pair-priority',
      at,
      said,
      mine === 255 ? 'write 254 and 253' : 'e.g. one less on the second node',
      mine === 255 ? 'error' : 'warning',
    )
  }
  if (one.nopreempt !== other.nopreempt) {
    const bare = one.nopreempt ? there : here
    const said = `${bare.instance.name}: no nopreempt here, unlike ${named(one.nopreempt ? here.block : there.block)}`
    say('pair-nopreempt', bare.block, said, 'write nopreempt and state BACKUP on both nodes')
  }
  if (one.initialState === 'MASTER' && other.initialState === 'MASTER') {
    const said = `${one.name}: state MASTER here and in ${named(placeOf(there.block, 'state'))}`
    say('pair-master', placeOf(here.block, 'state'), said, 'write state BACKUP on both nodes')
  }
  const [high, low] = mine > theirs ? [here, there] : [there, here]
  if (mine === theirs || low.instance.nopreempt) return
  const rival = effectivePriority(low.instance)
  for (const { name, weight, from, to } of lowerings(high.instance)) {
    if (rival > to) continue
    const said = `${high.instance.name}: a failure of ${name} lowers ${from} to ${to}, and the peer has ${rival}: the address does not move`
    const fix = `a weight of ${weight < 0 ? '-' : ''}${from - rival + 1} or more, or no weight: then a failure is a fault`
    say(
      'pair-weight-gap',
      placeOf(high.block, 'priority'),
      said,
      fix.replace('or more', weight < 0 ? 'or less' : 'or more'),
    )
  }
}
