import { quantiles } from '../quantiles.ts'

/** What one fault, once, cost the clients. All times in ms. */
export interface RunFigures {
  /** Last acknowledged write before the fault → first after it; null: none came any more. */
  readonly gap: number | null
  /** VIP on both hosts: certainly, beyond what sampling and clocks can't see. */
  readonly double: number
  /** The longest time between two looks at the addresses: what could have been missed. */
  readonly worstLook: number
  /** Acknowledged inserts that the server which took over did not have. */
  readonly missing: number
  /** Acknowledged writes that nobody has at the end, or that an older one overwrote. */
  readonly lost: number
  /** The VIP is on the other host. */
  readonly moved: boolean
  /** Why the pair could not be made whole; [] otherwise. */
  readonly notWhole: readonly string[]
}

export interface Figures {
  readonly n: number
  /** Runs after which no write came any more; they are not in the quantiles. */
  readonly never: number
  readonly min: number
  readonly p50: number
  readonly p95: number
  readonly max: number
  /** Sum over all runs, ms. */
  readonly double: number
  /** Of all runs, ms. */
  readonly worstLook: number
  readonly missing: number
  readonly lost: number
  readonly moved: number
}

/** All runs of one fault on one side. */
export function figuresOf(runs: readonly RunFigures[]): Figures {
  const gaps = runs.flatMap(({ gap }) => (gap === null ? [] : [gap]))
  const { p50, p95, max } = quantiles(gaps)
  const sum = (pick: (run: RunFigures) => number): number => runs.reduce((total, run) => total + pick(run), 0)
  return {
    n: runs.length,
    never: runs.length - gaps.length,
    min: gaps.length === 0 ? Number.NaN : Math.min(...gaps),
    p50,
    p95,
    max,
    double: sum(({ double }) => double),
    worstLook: runs.reduce((most, { worstLook }) => Math.max(most, worstLook), 0),
    missing: sum(({ missing }) => missing),
    lost: sum(({ lost }) => lost),
    moved: sum(({ moved }) => (moved ? 1 : 0)),
  }
}

export interface Measured {
  readonly fault: string
  readonly side: string
  readonly figures: Figures
}

const COLUMNS = [
  'fault',
  'side',
  'n',
  'min',
  'p50',
  'p95',
  'max',
  '× ours (p50)',
  'VIP on both',
  'acked, not on the successor',
  'acked, lost',
  'VIP moved',
]

/** Markdown; the ratio of a line is its median to that of `ours` under the same fault. */
export function table(measured: readonly Measured[], ours: string): string {
  const lines = measured.map(({ fault, side, figures }) => {
    const base = measured.find((other) => other.fault === fault && other.side === ours)?.figures.p50
    return [fault, side, ...cells(figures), ratio(figures.p50, base), ...safety(figures)]
  })
  // n, min … max stand before the ratio.
  return [COLUMNS, COLUMNS.map(() => '---'), ...lines].map((cellsOf) => `| ${cellsOf.join(' | ')} |`).join('\n')
}

function cells({ n, never, min, p50, p95, max }: Figures): string[] {
  const count = never === 0 ? `${n}` : `${n} (${never} never came back)`
  return [count, ...[min, p50, p95, max].map(milliseconds)]
}

function safety({ n, double, missing, lost, moved }: Figures): string[] {
  return [milliseconds(double), `${missing}`, `${lost}`, `${moved}/${n}`]
}

function ratio(value: number, base: number | undefined): string {
  if (base === undefined || !Number.isFinite(value / base)) return ''
  return (value / base).toFixed(1)
}

function milliseconds(ms: number): string {
  return Number.isNaN(ms) ? '–' : `${ms.toFixed(0)} ms`
}
