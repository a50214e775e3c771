import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { FlavourName } from './flavour.ts'
import { listLabNames, placeOf } from './place.ts'
import type { HostPlan } from './topology.ts'

/** A host of a lab that is up, or was. */
export interface LabHost extends HostPlan {
  /** Where SSH reaches it, without the prefix. */
  readonly address: string
  /** Its network namespace, cgroup and machine name. */
  readonly machine: string
  /** Folder with its run-time files. */
  readonly run: string
  /** Mount point of its root file system. */
  readonly root: string
  /** Folder with what it wrote: overlay upper and work. */
  readonly disk: string
  /** File with what its console said. */
  readonly console: string
}

/** What is written down about a lab; process ids aren't: they change with every boot (see machine.ts, `initOf`). */
export interface LabState {
  readonly format: 1
  readonly name: string
  /** `starting` until every host was up for the first time: an interrupted `lab up` leaves it so. */
  readonly phase: 'starting' | 'up'
  readonly flavour: FlavourName
  /** Inventory file that it was made for. */
  readonly inventory: string
  readonly startedAt: string
  /** Network namespace of the bridge and the controller. */
  readonly namespace: string
  /** The controller's address in it, CIDR. */
  readonly controller: string
  readonly hosts: readonly LabHost[]
  readonly ssh: { readonly user: 'root'; readonly key: string; readonly knownHosts: string }
  readonly image: { readonly root: string; readonly repository: string }
}

export function writeState(state: LabState): void {
  const { state: path } = placeOf(state.name)
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** The record of a lab; null when there is none. */
export function readState(name: string): LabState | null {
  const { state } = placeOf(name)
  return existsSync(state) ? JSON.parse(readFileSync(state, 'utf8')) : null
}

/** Every lab of this machine that has come up. */
export function listLabs(): readonly LabState[] {
  return listLabNames()
    .map(readState)
    .filter((state): state is LabState => state?.phase === 'up')
}
