import type { Host } from '../inventory/inventory.ts'
import { acknowledgements, downtimeOf, lengthOf } from './analysis/gaps.ts'
import { type Bounds, type Interval, merge, overlapOf, total } from './analysis/intervals.ts'
import { checkLedger } from './analysis/ledger-check.ts'
import { serverUse } from './analysis/split-writes.ts'
import { failuresOf } from './analysis/verdict.ts'
import type { Compared } from './equality.ts'
import type { Fault, Injected } from './faults/fault.ts'
import type { LedgerRecord } from './ledger.ts'
import type { RunResult, Timeline } from './result.ts'
import type { ScenarioContext } from './scenario.ts'

export interface Measured {
  readonly fault: Fault
  readonly run: number
  readonly at: Date
  readonly holder: Host
  readonly context: ScenarioContext
  readonly injected: Injected
  readonly resumed: number
  readonly repair: number | null
  readonly whole: number | null
  readonly notWhole: readonly string[]
  readonly records: readonly LedgerRecord[]
  readonly compared: Compared
  readonly marks: readonly { readonly at: number; readonly text: string }[]
}

/** Turns what was recorded during one fault into numbers and failures. Times in ms on our clock come in, ms go out. */
export function evaluate(measured: Measured): RunResult {
  const { fault, run, at, holder, context, injected, records, compared } = measured
  const { pair, writer, writers } = context
  const from = records[0]?.begin ?? injected.begin
  const to = pair.now()
  const end = records.reduce((last, record) => Math.max(last, record.end), injected.end)
  const downtime = downtimeOf(records, writers, injected.begin, measured.resumed, end)
  const successor = pair.holder()
  const dataIndex = pair.masters.findIndex(({ name }) => name === (successor ?? holder).name)
  const data = compared.data[dataIndex === 1 ? 1 : 0]
  const clockUncertainty = pair.clockUncertainty
  const window = { start: from, end: to }
  const bounds = pair.bounds()
  const alone = merge(bounds.flatMap((host) => clip(host.alone.possible, window)))
  const hosts = bounds.map(({ name, vip, writable }) => ({
    name,
    vip: clipBounds(vip, window),
    writable: clipBounds(writable, window),
  }))
  const [a, b] = hosts
  const none = { certain: 0, possible: 0 }
  const result = {
    fault: fault.name,
    run,
    at: at.toISOString(),
    holder: holder.name,
    successor: successor?.name ?? null,
    downtime: downtime.overall,
    downtimeFromFault: downtime.fromFault,
    downtimeByWriter: downtime.byWriter,
    laterGaps: downtime.later.map(lengthOf),
    ledger: checkLedger(records, data),
    splitVip: a === undefined || b === undefined ? none : overlapOf(a.vip, b.vip, clockUncertainty),
    splitWritable: a === undefined || b === undefined ? none : overlapOf(a.writable, b.writable, clockUncertainty),
    splitWrites: serverUse(records, data.rows).splitWrites,
    alone: {
      ms: total(alone),
      acknowledged: acknowledgements(records).filter((ack) => alone.some(({ start, end }) => ack >= start && ack < end))
        .length,
    },
    whole: measured.whole === null ? null : measured.whole - injected.begin,
    wholeAfterRepair: measured.whole === null || measured.repair === null ? null : measured.whole - measured.repair,
    notWhole: measured.notWhole,
    equality: compared.equality,
    clockUncertainty: clockUncertainty + writer.clockUncertainty,
    worstLook: pair.takeWorstLook(),
    timeline: timeline(measured, hosts, { start: from, end }, downtime.outage.to),
  }
  return { ...result, failures: failuresOf(result) }
}

function timeline(
  { records, injected, fault, marks }: Measured,
  hosts: readonly { readonly name: string; readonly vip: Bounds; readonly writable: Bounds }[],
  window: Interval,
  resumed: number | null,
): Timeline {
  const zero = injected.begin
  const events = [
    { at: zero, text: fault.title },
    ...(resumed === null ? [] : [{ at: resumed, text: 'first write again' }]),
    ...marks,
  ]
  const shift = (intervals: readonly Interval[]): Interval[] =>
    intervals.map(({ start, end }) => ({ start: start - zero, end: end - zero }))
  return {
    from: window.start - zero,
    to: window.end - zero,
    acks: acknowledgements(records).map((ack) => ack - zero),
    hosts: hosts.map(({ name, vip, writable }) => ({
      name,
      vip: shift(vip.possible),
      writable: shift(writable.possible),
    })),
    marks: events.map(({ at, text }) => ({ at: at - zero, text })).sort((a, b) => a.at - b.at),
  }
}

function clipBounds(bounds: Bounds, window: Interval): Bounds {
  return { certain: clip(bounds.certain, window), possible: clip(bounds.possible, window) }
}

function clip(intervals: readonly Interval[], window: Interval): Interval[] {
  return intervals
    .map(({ start, end }) => ({ start: Math.max(start, window.start), end: Math.min(end, window.end) }))
    .filter(({ start, end }) => end > start)
}
