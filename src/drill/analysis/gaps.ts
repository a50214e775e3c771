import type { LedgerRecord } from '../ledger.ts'

/** Time without an acknowledged write; `to` is null when none came after it. */
export interface Gap {
  readonly from: number
  readonly to: number | null
}

/** Times of all acknowledged writes (of one writer, or of all), in order. */
export function acknowledgements(records: readonly LedgerRecord[], writer?: number): number[] {
  return records
    .filter((record) => record.outcome === 'ok' && (writer === undefined || record.writer === writer))
    .map((record) => record.end)
    .sort((a, b) => a - b)
}

/**
 * Gaps between neighbouring acknowledgements that reach past the fault, longest first. `until` ends the look: the last
 * acknowledgement before it without a next one is an open gap only when it is older than `patience` ms.
 */
export function gapsAfter(acks: readonly number[], fault: number, until: number, patience: number): Gap[] {
  const gaps: Gap[] = []
  acks.forEach((from, i) => {
    const to = acks[i + 1]
    if (to !== undefined && to >= fault && from <= until) gaps.push({ from, to })
  })
  const last = acks.at(-1)
  if (last === undefined) gaps.push({ from: fault, to: null })
  else if (until - last > patience) gaps.push({ from: last, to: null })
  return gaps.sort((a, b) => lengthOf(b) - lengthOf(a))
}

/** ms; Infinity for a gap without end. */
export function lengthOf(gap: Gap): number {
  return gap.to === null ? Number.POSITIVE_INFINITY : gap.to - gap.from
}

export interface Downtime {
  /** Last acknowledgement before the outage → first after it, ms; null: writes never came back. */
  readonly overall: number | null
  /** Fault → first acknowledgement after the outage, ms. */
  readonly fromFault: number | null
  /** The same as `overall` for each writer by itself. */
  readonly byWriter: readonly (number | null)[]
  /** Later gaps of more than 100 ms: the way back disturbed the clients again. */
  readonly later: readonly Gap[]
  readonly outage: Gap
}

const DISTURBANCE = 100

/**
 * What the clients noticed of a fault. The outage is the longest gap that began before `resumed` (every writer was seen
 * writing again by then); gaps after it, up to `until`, belong to the way back. Times on one clock, ms.
 */
export function downtimeOf(
  records: readonly LedgerRecord[],
  writers: number,
  fault: number,
  resumed: number,
  until: number,
  patience = 1000,
): Downtime {
  const all = gapsAfter(acknowledgements(records), fault, until, patience)
  const first = (gaps: readonly Gap[]): Gap | undefined => gaps.find((gap) => gap.from < resumed)
  const outage = first(all) ?? { from: fault, to: null }
  const byWriter = Array.from({ length: writers }, (_, writer) => {
    const gap = first(gapsAfter(acknowledgements(records, writer), fault, until, patience))
    return gap === undefined ? 0 : finite(lengthOf(gap))
  })
  return {
    overall: finite(lengthOf(outage)),
    fromFault: outage.to === null ? null : outage.to - fault,
    byWriter,
    later: all.filter((gap) => gap !== outage && gap.from >= outage.from && lengthOf(gap) > DISTURBANCE),
    outage,
  }
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null
}
