import type { SamplerClient } from '../../../src/drill/sampler-client.ts'
import { quantiles } from '../quantiles.ts'

/** Something that happened, ms after the fault. */
export interface Step {
  readonly what: string
  readonly at: number
}

/** A line of a host's journal; monotonic ms. Hosts of a lab share one clock with us. */
export interface JournalLine {
  readonly at: number
  readonly message: string
}

/** What is worth knowing the time of, in the daemon's own words; of several lines that match, the first. */
const WORDS: readonly (readonly [string, RegExp])[] = [
  ['death seen', /is (down|hung|stopped)|is exiting/],
  ['closed for writes', /leaving \(.*: closed for writes/],
  ['farewell received', /priority 0 advertisement|Received handover|hands over/],
  ['promotion done', /promotion done/],
  ['takes the address', /Entering MASTER STATE/],
]

/** The steps that the journals of both hosts tell of, after the fault. Pure. */
export function stepsOf(lines: readonly JournalLine[], fault: number): Step[] {
  return WORDS.flatMap(([what, words]) => {
    const first = lines.filter(({ at, message }) => at >= fault && words.test(message)).map(({ at }) => at)
    return first.length === 0 ? [] : [{ what, at: Math.min(...first) - fault }]
  })
}

/** Lines as `journalctl -o short-monotonic` prints them; what is no whole line is left out. */
export function readJournal(text: string): readonly JournalLine[] {
  return text.split('\n').flatMap((line) => {
    const [, seconds, message] = /^\[\s*(\d+\.\d+)\] (.*)$/.exec(line) ?? []
    return seconds === undefined || message === undefined ? [] : [{ at: Number(seconds) * 1000, message }]
  })
}

/** The daemon's journal since a moment, monotonic ms. */
export async function journalOf(sampler: SamplerClient, since: number): Promise<readonly JournalLine[]> {
  const argv = ['journalctl', '-u', 'mmha-keepalived', '-o', 'short-monotonic', '-n', '30', '-q', '--no-pager']
  return readJournal((await sampler.exec(argv)).stdout).filter(({ at }) => at >= since)
}

/** Markdown: when each step was reached, over all runs. */
export function profileTable(runs: readonly (readonly Step[])[]): string {
  const names = [...new Set(runs.flatMap((steps) => steps.map(({ what }) => what)))]
  const rows = names.map((what) => {
    const times = runs.flatMap((steps) => steps.filter((step) => step.what === what).map(({ at }) => at))
    return { what, ...quantiles(times) }
  })
  const lines = rows
    .sort((a, b) => a.p50 - b.p50)
    .map(
      ({ what, n, p50, p95, max }) => `| ${what} | ${n} | ${[p50, p95, max].map((ms) => ms.toFixed(1)).join(' | ')} |`,
    )
  return ['| step, ms after the fault | n | p50 | p95 | max |', '|---|---|---|---|---|', ...lines].join('\n')
}
