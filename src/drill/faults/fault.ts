import type { Host } from '../../inventory/inventory.ts'
import type { SamplerClient } from '../sampler-client.ts'

export const FAULT_NAMES = ['sigkill', 'stop', 'power'] as const
export type FaultName = (typeof FAULT_NAMES)[number]

/** The database's process on a host and the systemd unit that it belongs to. */
export interface ServerProcess {
  readonly pid: number
  readonly unit: string
}

/** Takes a host's power and gives it back. Where there is none, the power fault is left out. */
export interface PowerSwitch {
  /** For the report: how this power loss is made, and how it differs from a pulled plug. */
  readonly describe: string
  /** Resolves when the host is certainly dead. */
  cut(host: Host, sampler: SamplerClient): Promise<void>
  /** Resolves when the host has been told to start; the caller waits until it can be reached. */
  restore(host: Host): Promise<void>
}

export interface FaultContext {
  readonly holder: Host
  readonly sampler: SamplerClient
  readonly server: ServerProcess
  readonly power: PowerSwitch | null
  /** Our clock, ms. */
  readonly now: () => number
}

/** When a fault hit, on our clock: not before `begin`, complete by `end`. */
export interface Injected {
  readonly begin: number
  readonly end: number
}

export interface Fault {
  readonly name: FaultName
  /** For people: "SIGKILL to mysqld". */
  readonly title: string
  /** The host itself dies, and with it its sampler. */
  readonly takesHost: boolean
  inject(context: FaultContext): Promise<Injected>
  /** Undoes the fault once clients write again. With `takesHost` the sampler is a new one. */
  repair(context: FaultContext): Promise<void>
}
