import type { Interval, Overlap } from './analysis/intervals.ts'
import type { LedgerFindings } from './analysis/ledger-check.ts'
import type { Summary } from './analysis/statistics.ts'
import type { FaultName } from './faults/fault.ts'

/** One fault, once. All times in ms; those of the timeline count from the fault. */
export interface RunResult {
  readonly fault: FaultName
  /** From 1. */
  readonly run: number
  /** ISO time of the fault. */
  readonly at: string
  readonly holder: string
  /** Who held the VIP at the end; null: nobody, or both. */
  readonly successor: string | null
  /** Last acknowledged write before → first after; null: writes never came back. */
  readonly downtime: number | null
  readonly downtimeFromFault: number | null
  readonly downtimeByWriter: readonly (number | null)[]
  /** Gaps of more than 100 ms that came later, on the way back. */
  readonly laterGaps: readonly number[]
  readonly ledger: LedgerFindings
  readonly splitVip: Overlap
  readonly splitWritable: Overlap
  readonly splitWrites: number
  /** Time in which commits on an open server did not wait for the other one, and what clients were told OK for in it. */
  readonly alone: { readonly ms: number; readonly acknowledged: number }
  /** Fault → pair whole again (one VIP, roles right, both channels running, semi-sync on, caught up); null: not in time. */
  readonly whole: number | null
  /** Repair begun → pair whole again. */
  readonly wholeAfterRepair: number | null
  readonly notWhole: readonly string[]
  readonly equality: Equality
  /** How far off our reading of the hosts' clocks may be, ms. */
  readonly clockUncertainty: number
  /** Longest time between two looks of a sampler at its addresses, ms. */
  readonly worstLook: number
  readonly timeline: Timeline
  /** Why this run fails the drill; [] when it passes. */
  readonly failures: readonly string[]
}

export interface Equality {
  readonly equal: boolean
  readonly tables: number
  /** Transactions executed on both at the comparison. */
  readonly gtids: string
  /** Tables that differ, rows of the drill that differ, or why nothing could be compared. */
  readonly differences: readonly string[]
}

/** What happened when, for the picture in the report. ms from the fault. */
export interface Timeline {
  readonly from: number
  readonly to: number
  readonly acks: readonly number[]
  readonly hosts: readonly {
    readonly name: string
    readonly vip: readonly Interval[]
    readonly writable: readonly Interval[]
  }[]
  readonly marks: readonly { readonly at: number; readonly text: string }[]
}

export interface FaultSummary {
  readonly fault: FaultName
  readonly runs: number
  readonly passed: number
  readonly downtime: Summary | null
  readonly downtimeFromFault: Summary | null
  readonly slowestWriter: Summary | null
  readonly whole: Summary | null
  readonly wholeAfterRepair: Summary | null
}

export interface Environment {
  readonly mmha: string
  readonly node: string
  readonly client: string
  readonly hosts: readonly { readonly name: string; readonly server: string; readonly kernel: string }[]
  readonly writers: number
  /** Operations per second of each writer. */
  readonly rate: number
  readonly power: string
}

export interface DrillResult {
  readonly verdict: 'passed' | 'failed'
  readonly pair: string
  readonly vip: string
  readonly startedAt: string
  readonly seconds: number
  readonly faults: readonly FaultSummary[]
  readonly runs: readonly RunResult[]
  readonly skipped: readonly { readonly fault: FaultName; readonly reason: string }[]
  readonly notTested: readonly string[]
  readonly environment: Environment | null
  /** Failures that belong to no run: what could not be cleaned up. */
  readonly failures: readonly string[]
}
