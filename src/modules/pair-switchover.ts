import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { type HostFacts, hasAddress } from '../hosts/host-facts.ts'
import { nearest } from '../inventory/nearest.ts'
import type { Module, PlanContext } from './module.ts'
import { missingForReady, type PairReadyFacts, pairReady } from './pair-ready.ts'
import { waitUntilWhole } from './pair-wait.ts'
import { type Step, sh, shellQuote } from './step.ts'

export interface PairSwitchoverParams {
  /** Name of the master that is to hold the VIP; `standby`: the one that does not hold it now. */
  readonly to: string
  /** s that the pair may take to be whole again. */
  readonly timeout: number
}

type Context = PlanContext<PairReadyFacts>

/** Which of the two holds the VIP. @throws MmhaError NOT_WHOLE (exit 5) when neither does, or both do */
export function holderOf({ facts, peerFacts, inventory, host, taskName }: PlanContext<unknown>): 'me' | 'peer' {
  if (inventory.keepalived.engine !== 'bundled')
    throw new MmhaError(
      'keepalived itself holds the VIP here: a playbook moves it only with the bundled daemon so far',
      {
        code: 'ENGINE',
        source: 'user',
        exit: EXIT.refused,
        host: host.name,
        where: taskName,
        hint: 'move it with `mmha switchover`',
      },
    )
  const [here, there] = [facts, peerFacts].map((one) => hasAddress(one, inventory.vip.address))
  if (here !== there) return here === true ? 'me' : 'peer'
  throw new MmhaError(`not safe now: ${here === true ? 'both hosts hold' : 'no host holds'} the VIP`, {
    code: 'NOT_WHOLE',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: taskName,
    hint: '`mmha status` says what keeps the pair from being whole, and what to do',
  })
}

/** @param missing what keeps the pair from being whole @throws MmhaError NOT_WHOLE (exit 5) when there is something */
export function mustBeWhole(missing: readonly string[], { host, taskName }: PlanContext<unknown>): void {
  if (missing.length === 0) return
  throw new MmhaError(`not safe now: ${missing.join('; ')}`, {
    code: 'NOT_WHOLE',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: taskName,
    hint: '`mmha status` says what to do; the address was not moved',
  })
}

/** The holder's step: the daemon hands over in order, or refuses; ends when this host is a whole standby. */
export function handOver(context: PlanContext<unknown>, timeout: number): Step {
  const { inventory, host, peer, taskId } = context
  const vip = inventory.vip.address
  return {
    id: taskId,
    host: host.name,
    title: `move ${vip} from ${host.name} to ${peer.name}`,
    diff: `- ${vip} on ${host.name}\n+ ${vip} on ${peer.name}`,
    run: sh`held() { ip -o address show to ${shellQuote(vip)} | grep -q .; }
(
${waitUntilWhole(inventory, timeout)})
if held; then mmha-keepalived ctl switch; fi
deadline=$(( $(date +%s) + ${timeout} ))
while held; do
  [ "$(date +%s)" -lt "$deadline" ] || { echo 'the VIP is still here after ${timeout} s' >&2; exit 1; }
  sleep 0.1
done
${waitUntilWhole(inventory, timeout)}`,
    undo: { none: 'who holds the VIP is no setting: switch again' },
    impact: 'vip-moves',
    notify: [],
  }
}

/**
 * The standby's part, which its daemon does by itself. It stands in the plan for the plays after it, and so that a next look,
 * which finds the roles changed, finds it done.
 */
export function takeOver({ inventory, host, peer, taskId }: PlanContext<unknown>): Step {
  const title = `take ${inventory.vip.address} over from ${peer.name}`
  const run = sh`:\n`
  return {
    id: taskId,
    host: host.name,
    title,
    diff: '',
    run,
    undo: { none: '' },
    impact: 'none',
    notify: [],
    waits: true,
  }
}

/** Base facts once the VIP has moved. */
export function moved({ facts, host, inventory: { vip } }: PlanContext<unknown>): Partial<HostFacts> {
  const cidr = `${vip.address}/${vip.prefix}`
  const held = hasAddress(facts, vip.address)
  const nics = facts.nics.map((nic) => ({
    ...nic,
    addresses: held
      ? nic.addresses.filter((one) => one.split('/')[0] !== vip.address)
      : nic.name === host.nic
        ? [...nic.addresses, cidr]
        : nic.addresses,
  }))
  return { nics, unsettled: true }
}

/** The VIP is on the host that is named: a planned move, refused unless the pair is whole. */
export const pairSwitchover: Module<PairSwitchoverParams, PairReadyFacts> = {
  name: 'pair_switchover',
  params: z.strictObject({ to: z.string().min(1), timeout: z.number().int().positive().default(60) }),
  shared: (context) => pairReady.shared?.(context) ?? [],
  probe: () => ':\n',
  parse: pairReady.parse,

  plan: ({ to, timeout }, context) => {
    checkName(to, context)
    const { host, peer } = context
    const holder = holderOf(context) === 'me' ? host : peer
    if (holder.name === to) return []
    mustBeWhole(missingForReady(context), context)
    const step = holder === host ? handOver(context, timeout) : takeOver(context)
    return [to === 'standby' ? { ...step, repeats: true } : step]
  },

  expect: ({ to }, context) => {
    const holder = holderOf(context) === 'me' ? context.host : context.peer
    return holder.name === to ? null : moved(context)
  },
}

function checkName(to: string, { inventory, host, taskName }: Context): void {
  const names = [...inventory.masters.map(({ name }) => name), 'standby']
  if (names.includes(to)) return
  const near = nearest(to, names)
  throw new MmhaError(`there is no master ${to}`, {
    code: 'HOST_UNKNOWN',
    source: 'user',
    exit: EXIT.invalid,
    host: host.name,
    where: taskName,
    hint: `${near === null ? '' : `did you mean ${near}? `}there are: ${names.join(', ')}`,
  })
}
