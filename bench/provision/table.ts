import type { ToolName } from './options.ts'
import type { Job } from './tools.ts'

/** One measured run. */
export interface Measured {
  readonly tool: ToolName
  readonly job: Job
  /** ms there and back. */
  readonly roundTrip: number
  readonly seconds: number
  readonly cpu: number
  /** Of the host that saw the most. */
  readonly trips: number
  readonly connections: number
  readonly bytes: number
}

const HEAD = `| round trip | job | tool | runs | min | median | max s | CPU s | round trips | kB | of Ansible's time |
|---:|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
`

/** A row for each distance, job and tool; times in s, round trips and kB as counted by the relays, medians. */
export function table(all: readonly Measured[]): string {
  const groups = new Map<string, Measured[]>()
  for (const run of all) {
    const key = `${run.roundTrip}/${run.job}/${run.tool}`
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  const rows = [...groups.values()].map((runs) => {
    const [first] = runs
    if (first === undefined) return ''
    const seconds = runs.map((run) => run.seconds)
    const peer = groups.get(`${first.roundTrip}/${first.job}/ansible`)
    const share = peer === undefined ? Number.NaN : median(seconds) / median(peer.map((run) => run.seconds))
    const [least, most] = [Math.min(...seconds), Math.max(...seconds)]
    return [
      ...['', `${first.roundTrip} ms`, first.job, first.tool, runs.length],
      ...[least, median(seconds), most].map((s) => s.toFixed(2)),
      median(runs.map(({ cpu }) => cpu)).toFixed(2),
      ...[median(runs.map(({ trips }) => trips)), Math.round(median(runs.map(({ bytes }) => bytes)) / 1000)],
      Number.isNaN(share) ? '' : `1/${(1 / share).toFixed(1)}`,
      '',
    ]
      .join(' | ')
      .trim()
  })
  return `${HEAD}${rows.join('\n')}\n`
}

export interface Bar {
  readonly what: string
  readonly met: boolean
}

/** What must hold of a run of mmha with nothing to change, for each distance that was measured. */
export function bars(all: readonly Measured[]): readonly Bar[] {
  const idle = all.filter(({ job }) => job === 'nothing to change')
  return [...new Set(idle.map(({ roundTrip }) => roundTrip))].flatMap((roundTrip) => {
    const of = (tool: ToolName) => idle.filter((run) => run.tool === tool && run.roundTrip === roundTrip)
    const [ours, theirs] = [of('mmha'), of('ansible')]
    if (ours.length === 0) return []
    const at = `${roundTrip} ms:`
    const own = median(ours.map(({ seconds }) => seconds))
    const trips = Math.max(...ours.map((run) => run.trips))
    const peer = median(theirs.map(({ seconds }) => seconds))
    return [
      // Without a distance, what overlaps can't be told from what waits.
      ...(roundTrip === 0 ? [] : [{ what: `${at} ${trips} round trips, at most 9`, met: trips <= 9 }]),
      { what: `${at} ${own.toFixed(2)} s, at most 1 s`, met: own <= 1 },
      ...(theirs.length === 0
        ? []
        : [{ what: `${at} 1/${(peer / own).toFixed(1)} of Ansible's time, at most 1/10`, met: own <= peer / 10 }]),
    ]
  })
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
}
