import type { TrackProcess } from '../config/tracked.ts'
import { watchExit } from '../linux/pidfd.ts'
import { byNameOnly, hasQuorum, matches } from './process-match.ts'
import { ProcessTable } from './process-table.ts'
import { type Settled, settle, settlesAt } from './settle.ts'

export interface ProcessTrackerOptions {
  readonly processes: readonly TrackProcess[]
  /** Called for each at the start, and on changes. */
  readonly onChange: (name: string, up: boolean, reason: string) => void
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

/** ms between two looks for processes that are missing, or too many. */
const SEARCH_MS = 500
/** … and while all are as they should be: only one that took another name would be missed until then. */
const CALM_MS = 30_000

interface Tracking {
  readonly wanted: TrackProcess
  readonly pids: Set<number>
  settled: Settled | null
}

/**
 * Follows processes by name. The end of one is an event of the kernel (a pidfd each), and so is free while nothing
 * happens; a new one is looked for only while one is missing. keepalived's way, the process connector, wakes the daemon
 * for every fork and exec of the host, and is refused outside of the first network namespace.
 */
export class ProcessTracker {
  readonly #options: ProcessTrackerOptions
  readonly #table: ProcessTable
  readonly #tracked: readonly Tracking[]
  readonly #watches = new Map<number, () => void>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #polls = false

  constructor(options: ProcessTrackerOptions) {
    this.#options = options
    this.#table = new ProcessTable(!options.processes.every(byNameOnly))
    this.#tracked = options.processes.map((wanted) => ({ wanted, pids: new Set(), settled: null }))
    this.#look()
  }

  stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    for (const unwatch of this.#watches.values()) unwatch()
    this.#watches.clear()
    return Promise.resolve()
  }

  #look(): void {
    if (this.#stopped) return
    const now = performance.now()
    const seen = this.#table.scan()
    for (const tracking of this.#tracked) {
      tracking.pids.clear()
      for (const [pid, process] of seen) {
        if (matches(tracking.wanted, process) && this.#watch(pid)) tracking.pids.add(pid)
      }
      this.#judge(tracking, now)
    }
    const wanted = new Set(this.#tracked.flatMap(({ pids }) => [...pids]))
    for (const [pid, unwatch] of this.#watches) {
      if (wanted.has(pid)) continue
      unwatch()
      this.#watches.delete(pid)
    }
    this.#wait(now)
  }

  /** @returns false when it has ended already. */
  #watch(pid: number): boolean {
    if (this.#watches.has(pid)) return true
    const unwatch = watchExit(pid, () => {
      this.#watches.delete(pid)
      this.#table.forget(pid)
      // What it left running, or started in its place, counts at once.
      this.#look()
    })
    if (unwatch === 'gone') return false
    if (unwatch === null && !this.#polls) {
      this.#polls = true
      this.#options.log('warn', `this kernel has no pidfd: processes are looked at every ${SEARCH_MS} ms`)
    }
    this.#watches.set(pid, unwatch ?? (() => {}))
    return true
  }

  #judge(tracking: Tracking, now: number): void {
    const { wanted, pids, settled } = tracking
    const next = settle(settled, hasQuorum(wanted, pids.size), delaysOf(wanted), now)
    tracking.settled = next
    if (settled?.up === next.up) return
    const most = wanted.quorumMax === null ? '' : ` and at most ${wanted.quorumMax}`
    const reason = `${pids.size} running, at least ${wanted.quorum}${most} wanted`
    this.#options.log('info', `vrrp_track_process ${wanted.name} is ${next.up ? 'up' : 'down'}: ${reason}`)
    this.#options.onChange(wanted.name, next.up, reason)
  }

  #wait(now: number): void {
    clearTimeout(this.#timer)
    const searching =
      this.#polls || this.#tracked.some(({ wanted, settled }) => settled?.up !== true || wanted.quorumMax !== null)
    const due = this.#tracked.flatMap(({ wanted, settled }) => {
      const at = settled === null ? null : settlesAt(settled, delaysOf(wanted))
      return at === null ? [] : [at - now]
    })
    const pause = Math.min(searching ? SEARCH_MS : CALM_MS, ...due)
    this.#timer = setTimeout(() => this.#look(), Math.max(1, Math.ceil(pause)))
  }
}

function delaysOf({ forkDelay, terminateDelay }: TrackProcess): { upMs: number; downMs: number } {
  return { upMs: forkDelay * 1000, downMs: terminateDelay * 1000 }
}
