import type { HostSummary } from '../engine/result.ts'
import { EXIT } from '../events/error.ts'
import type { MmhaEvent } from '../events/event.ts'
import type { Language } from '../events/language.ts'
import { fleet as words } from '../events/messages/fleet.ts'
import { frame } from '../events/messages/frame.ts'
import { spoken } from '../events/spoken.ts'
import { columns, padColumns } from '../events/width.ts'

/** Exit codes from the worst to the best; a fleet's is the worst of its pairs'. */
const WORST_FIRST: readonly number[] = [
  EXIT.cancelled,
  EXIT.failed,
  EXIT.unreachable,
  EXIT.drillFailed,
  EXIT.refused,
  EXIT.locked,
  EXIT.invalid,
  EXIT.pending,
  EXIT.done,
]

/** The worst of them; 0 of none. */
export function worstExit(exits: readonly number[]): number {
  const rank = (exit: number) => WORST_FIRST.indexOf(exit)
  return exits.reduce((worst, exit) => (rank(exit) < rank(worst) ? exit : worst), EXIT.done)
}

/** What came of one pair. */
export interface PairOutcome {
  readonly pair: string
  readonly exit: number
  readonly ms: number
  /** null: it did what it was to do. */
  readonly error: { readonly code: string; readonly message: string; readonly host: string | null } | null
  readonly hosts: readonly HostOutcome[]
}

/** Counts of one host; null: not known, since the run did not get to its end. */
export interface HostOutcome {
  readonly host: string
  readonly ok: number | null
  readonly changed: number
  readonly pending: number | null
  readonly failed: number
  readonly unreachable: number
}

/** Counts what happens to the hosts of a pair, for a run that doesn't get to its end. */
export class Tally {
  readonly #changed = new Map<string, number>()
  readonly #failed = new Map<string, number>()
  readonly #unreachable = new Set<string>()

  hear({ code, host, data }: MmhaEvent): void {
    if (host === undefined) return
    if (code === 'step.changed' && data?.waited !== true) this.#changed.set(host, (this.#changed.get(host) ?? 0) + 1)
    if (code === 'step.failed') this.#failed.set(host, (this.#failed.get(host) ?? 0) + 1)
    if (code === 'host.unreachable') this.#unreachable.add(host)
  }

  /** @param at host that the error names */
  of(hosts: readonly string[], at: string | null, unreached: boolean): readonly HostOutcome[] {
    return hosts.map((host) => {
      const unreachable = this.#unreachable.has(host) || (unreached && host === at) ? 1 : 0
      const failed = this.#failed.get(host) ?? (host === at && unreachable === 0 ? 1 : 0)
      return { host, ok: null, changed: this.#changed.get(host) ?? 0, pending: null, failed, unreachable }
    })
  }
}

export function outcomeOf({ host, ok, changed, pending, failed }: HostSummary): HostOutcome {
  return { host, ok, changed, pending, failed, unreachable: 0 }
}

export interface TableOptions {
  /** With a column of what is missing. */
  readonly planned: boolean
  readonly language: Language
}

/** The table at the end: a row a host, then why pairs failed. */
export function fleetTable(
  outcomes: readonly PairOutcome[],
  ms: number,
  { planned, language: own }: TableOptions,
): string {
  const head = [
    words('fleet.pair'),
    words('fleet.host'),
    frame('recap.ok'),
    frame('recap.changed'),
    ...(planned ? [frame('recap.pending')] : []),
    frame('recap.failed'),
    frame('recap.unreachable'),
    words('fleet.time'),
  ].map((title) => title[own])
  const rows = outcomes.flatMap(({ pair, ms: own, hosts }) =>
    (hosts.length === 0 ? [NOBODY] : hosts).map(({ host, ok, changed, pending, failed, unreachable }) => [
      pair,
      host,
      count(ok),
      count(changed),
      ...(planned ? [count(pending)] : []),
      count(failed),
      count(unreachable),
      seconds(own),
    ]),
  )
  const widths = head.map((title, at) => Math.max(columns(title), ...rows.map((row) => columns(row[at] ?? ''))))
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => (at < 2 ? padColumns(cell, widths[at] ?? 0) : right(cell, widths[at] ?? 0))).join('  ')
  const errors = outcomes.flatMap(({ pair, exit, error }) =>
    error === null
      ? []
      : [words('fleet.failed', { pair, why: spoken(firstLine(error.message)), code: error.code, exit })[own]],
  )
  const well = outcomes.filter(({ error }) => error === null).length
  const total = words('fleet.done', { well, all: outcomes.length, seconds: (ms / 1000).toFixed(2) })[own]
  return [line(head), ...rows.map(line), ...errors, total].join('\n')
}

function right(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - columns(text))) + text
}

export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

/** The row of a pair whose hosts are not known: its inventory is wrong. */
const NOBODY = { host: '-', ok: null, changed: null, pending: null, failed: null, unreachable: null }

function count(value: number | null): string {
  return value === null ? '-' : String(value)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}
