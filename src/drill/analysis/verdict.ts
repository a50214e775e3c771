import type { FaultName } from '../faults/fault.ts'
import type { FaultSummary, RunResult } from '../result.ts'
import { type Summary, summarize } from './statistics.ts'

/** What a run must not show; every sentence is a failure. [] when the run passes. */
export function failuresOf(run: Omit<RunResult, 'failures'>): string[] {
  const { ledger, splitVip, splitWritable, splitWrites, equality } = run
  const failures: string[] = []
  const some = (count: number, what: string, examples: readonly string[] = []): void => {
    if (count === 0) return
    const shown = examples.slice(0, 3).join('; ')
    failures.push(`${count} ${what}${shown === '' ? '' : `: ${shown}${examples.length > 3 ? '; …' : ''}`}`)
  }
  if (run.downtime === null) failures.push('clients could not write again')
  if (ledger.ackedInserts === 0 || ledger.ackedUpdates === 0)
    failures.push('nothing was measured: there were no acknowledged inserts or updates')
  some(ledger.lost.length, 'acknowledged inserts lost', ledger.lost)
  some(ledger.reverted.length, 'acknowledged updates reverted', ledger.reverted)
  some(ledger.duplicates.length, 'operations there twice', ledger.duplicates)
  if (splitVip.certain > 0) failures.push(`both hosts held the VIP for ${splitVip.certain.toFixed(1)} ms`)
  if (splitWritable.certain > 0) failures.push(`both hosts were writable for ${splitWritable.certain.toFixed(0)} ms`)
  some(splitWrites, 'writes were acknowledged by one server in the middle of the other’s')
  if (run.whole === null) failures.push(`the pair did not become whole again: ${run.notWhole.join('; ')}`)
  if (!equality.equal) some(equality.differences.length, 'differences between the hosts’ data', equality.differences)
  return failures
}

/** The numbers of each fault over its runs, in the order of the runs. */
export function summarizeFaults(runs: readonly RunResult[]): FaultSummary[] {
  const names = [...new Set(runs.map(({ fault }) => fault))]
  return names.map((fault) =>
    summarizeFault(
      fault,
      runs.filter((run) => run.fault === fault),
    ),
  )
}

function summarizeFault(fault: FaultName, runs: readonly RunResult[]): FaultSummary {
  const over = (pick: (run: RunResult) => number | null): Summary | null =>
    summarize(runs.map(pick).filter((value) => value !== null))
  return {
    fault,
    runs: runs.length,
    passed: runs.filter(({ failures }) => failures.length === 0).length,
    downtime: over(({ downtime }) => downtime),
    downtimeFromFault: over(({ downtimeFromFault }) => downtimeFromFault),
    slowestWriter: over(({ downtimeByWriter }) => slowest(downtimeByWriter)),
    whole: over(({ whole }) => whole),
    wholeAfterRepair: over(({ wholeAfterRepair }) => wholeAfterRepair),
  }
}

/** null when a writer never came back. */
function slowest(byWriter: readonly (number | null)[]): number | null {
  const known = byWriter.filter((ms) => ms !== null)
  return known.length === byWriter.length && known.length > 0 ? Math.max(...known) : null
}

/** Passed only when something was run, every run passed and nothing was left behind. */
export function verdictOf(runs: readonly RunResult[], otherFailures: readonly string[]): 'passed' | 'failed' {
  const clean = runs.length > 0 && runs.every(({ failures }) => failures.length === 0)
  return clean && otherFailures.length === 0 ? 'passed' : 'failed'
}
