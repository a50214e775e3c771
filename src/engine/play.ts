import { type HostFacts, hasAddress } from '../hosts/host-facts.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import type { Module } from '../modules/module.ts'
import type { Step } from '../modules/step.ts'
import type { Results } from './registered.ts'

/** What expressions of a playbook may name. Facts are null until they are known. */
export interface View {
  readonly inventory: Inventory
  readonly host: Host
  readonly peer: Host
  readonly facts: HostFacts | null
  readonly peerFacts: HostFacts | null
  /** True when this host holds the VIP; null until it is known. */
  readonly holder: boolean | null
  /** Of this host's tasks that have `register`. */
  readonly registered: Results
}

/** A task, ready to be asked: the playbook's text is compiled, its module looked up. */
export interface Task {
  /** Unique in the playbook: slug of play and task names. */
  readonly id: string
  readonly name: string
  /** `file:line:column` of the task. */
  readonly where: string
  readonly module: Module<unknown, unknown>
  readonly notify: readonly string[]
  /** Name under which later tasks find its result; null: none. */
  readonly register: string | null
  /** Its parameters name facts: its probe has to wait for them, which costs a round trip of its own. */
  readonly needsFacts: boolean
  /** Parameters, rendered and checked. @throws MmhaError (exit 4) with the place. */
  params(view: View): unknown
  when(view: View): boolean
  /** What its conditions name that this view does not have, one line each: `file:line:column when: why`. */
  unknown?(view: View): readonly string[]
}

export interface Play {
  readonly name: string
  readonly where: string
  readonly hosts: 'masters' | 'm1' | 'm2' | 'client'
  /** One host after the other, the standby first; as the inventory has them where nobody holds the VIP. */
  readonly serial: boolean
  readonly tasks: readonly Task[]
  /** Planned once more after the tasks of the play were applied: restarts and reloads. */
  readonly handlers: readonly Task[]
  /** Names of the only hosts that may be changed; absent: all of `hosts`. */
  readonly limit?: readonly string[]
  /** Leaves out single steps of the tasks. */
  readonly keeps?: (step: Step) => boolean
}

/** Hosts that a play changes. */
export function hostsOf(play: Play, inventory: Inventory): readonly Host[] {
  const { limit } = play
  return namedHosts(play, inventory).filter(({ name }) => limit?.includes(name) ?? true)
}

function namedHosts(play: Play, inventory: Inventory): readonly Host[] {
  const [first, second] = inventory.masters
  if (play.hosts === 'm1') return [first]
  if (play.hosts === 'm2') return [second]
  if (play.hosts === 'client') return inventory.client === null ? [] : [inventory.client]
  return inventory.masters
}

/** The other master; a client has no peer and is its own. */
export function peerOf(host: Host, inventory: Inventory): Host {
  if (host.index === 2) return host
  return inventory.masters[host.index === 0 ? 1 : 0]
}

/** True when the host has the VIP on one of its interfaces. */
export function holdsVip(facts: HostFacts, inventory: Inventory): boolean {
  return hasAddress(facts, inventory.vip.address)
}
