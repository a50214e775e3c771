import { isSet } from '../config/access.ts'
import { inSeconds, type PlacedInstance, placeOf, type Rule, type Say } from './subject.ts'
import { lowerings } from './weight.ts'

function preemption({ instance, block }: PlacedInstance, say: Say): void {
  const { name, nopreempt, preemptDelay, initialState, role } = instance
  const at = placeOf(block, 'preempt_delay')
  if (preemptDelay > 0 && nopreempt) {
    const said = `${name}: preempt_delay ${inSeconds(preemptDelay)} has no effect with nopreempt`
    say('preempt-delay-unused', at, said, 'remove one of them')
  } else if (preemptDelay > 0 && initialState === 'MASTER') {
    const said = `${name}: keepalived clears preempt_delay with state MASTER`
    say('preempt-delay-unused', at, said, 'write state BACKUP on both nodes')
  }
  if (role !== null && !nopreempt) {
    const said = `${name}: without nopreempt the address moves back when this node returns`
    say('role-preempts', placeOf(block, 'priority'), said, 'write nopreempt and state BACKUP on both nodes')
  }
}

function weights({ instance, block }: PlacedInstance, say: Say): void {
  for (const { name, weight, from, to } of lowerings(instance)) {
    const at = placeOf(block, 'priority')
    const short = Math.abs(weight) - (from - to)
    if (short > 0 && from === 254) {
      const said = `${instance.name}: a failure of ${name} lowers the priority from ${from} to ${to}, by ${from - to} and not by ${Math.abs(weight)}`
      say('weight-clamped', at, said, `lower the priority by ${short} on both nodes`)
    } else if (!instance.nopreempt) {
      const said = `${instance.name}: a failure of ${name} lowers the priority from ${from} to ${to}; only a peer above ${to} takes over`
      say('weight-needs', at, said, null)
    }
  }
}

/** Who becomes master, and what never changes that. */
export const elections: Rule = ({ instances }, say) => {
  for (const placed of instances) {
    const { instance, block } = placed
    preemption(placed, say)
    weights(placed, say)
    if (instance.priority === 255) {
      const unsaid = isSet(block, 'priority') ? '' : ' (state MASTER without priority)'
      const said = `${instance.name}: priority 255${unsaid} means that this host owns the address for good`
      say('priority-owner', placeOf(block, 'priority'), said, 'write priority 254')
    }
  }
}
