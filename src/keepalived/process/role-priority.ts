import { becomeRealTime, goBeforeOthers } from '../linux/process-control.ts'
import type { Log } from '../notify/scripts.ts'
import type { ToCheck } from './messages.ts'

/** Nice value between role changes: probes answer in time where queries take all processors. */
const NICE = -10
/** While a role changes: before the queries that wait for it, behind the VRRP worker's 40. */
const REAL_TIME = 10
/** ms from the last order until the priority goes back: a role change takes a tenth of it, and a loop must not keep a processor. */
const CHANGE_MS = 500

/**
 * Scheduling of the thread that changes databases' roles. On a host whose processors are all in use each wake-up waits for several
 * ms otherwise, and a role change has a dozen.
 */
export class RolePriority {
  readonly #realTime: boolean
  readonly #log: Log
  #changes: NodeJS.Timeout | null = null
  #quiet = false

  constructor(realTime: boolean, log: Log) {
    this.#realTime = realTime
    this.#log = log
    this.#tell(goBeforeOthers(NICE))
  }

  receive({ t }: ToCheck): void {
    if (!this.#realTime || (t !== 'promote' && t !== 'demote' && t !== 'leave')) return
    if (this.#changes === null) this.#tell(becomeRealTime(REAL_TIME))
    else clearTimeout(this.#changes)
    this.#changes = setTimeout(() => {
      this.#changes = null
      this.#tell(goBeforeOthers(NICE))
    }, CHANGE_MS)
    this.#changes.unref()
  }

  /** Once: a container without the right is no reason to stop, and no news each time. */
  #tell(refused: string | null): void {
    if (refused !== null && !this.#quiet) this.#log('warn', `checks run with ordinary priority: ${refused}`)
    this.#quiet ||= refused !== null
  }
}
