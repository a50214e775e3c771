import type { Sink } from '../events/event.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { PowerSwitch } from './faults/fault.ts'
import type { Assets } from './runtime.ts'
import type { PlannedFault } from './scenario-list.ts'

export interface DrillOptions {
  readonly inventory: Inventory
  /** In this order. */
  readonly faults: readonly PlannedFault[]
  readonly writers: number
  /** Operations per second of each writer. */
  readonly rate: number
  /** Go on although applications are connected, and reboot a real host for the power fault. */
  readonly iKnow: boolean
  /** The hosts' power; null where there is no switch. */
  readonly power: PowerSwitch | null
  readonly assets: Assets
  /** Version of mmha, for the report. */
  readonly version: string
  readonly sink: Sink
  /** Ends the drill early; everything is brought back first. */
  readonly signal: AbortSignal
}

/** Shared rows of one phase: few, so that writers meet on them. */
export const REGISTERS = 16

/** ms until a TCP connect is given up: far more than a LAN needs, far less than the kernel's 1 s between two SYNs. */
export const CONNECT_TIMEOUT = 100
/** ms until another connect is tried beside one that got no answer. */
export const HEDGE_AFTER = 50
/** ms until an operation without an answer counts as indeterminate and its session is given up. */
export const OPERATION_TIMEOUT = 300
