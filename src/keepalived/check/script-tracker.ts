import type { VrrpScript } from '../config/config.ts'
import { describe, type Run } from '../notify/run-command.ts'
import type { Log, ReadyScript, Scripts } from '../notify/scripts.ts'
import { countRun, initialRiseFall } from './rise-fall.ts'

export interface ScriptTrackerOptions {
  readonly script: VrrpScript
  readonly scripts: Scripts
  /** Called on changes; the first call is the first verdict. `counted` is false for a script that can't run, which counts for nothing. */
  readonly onChange: (up: boolean, reason: string, counted: boolean) => void
  readonly log: Log
  /** ms after which a script that can't run is looked at again; 10 s. */
  readonly lookAgain?: number
}

const LOOK_AGAIN_MS = 10_000

/**
 * Runs a vrrp_script every `interval` s and counts its results. A run that is not over at the next turn skips that turn. One that takes
 * longer than `timeout` counts as failed at that moment; its process group gets SIGTERM, and SIGKILL 2 s later. One that must not or
 * can't run counts for nothing until it can: a `chmod` mends it without a reload.
 */
export class ScriptTracker {
  readonly #options: ScriptTrackerOptions
  #counter
  #timer: NodeJS.Timeout | undefined
  #run: Run | null = null
  #stopped = false
  #refused = ''
  #prepared: Promise<void>

  constructor(options: ScriptTrackerOptions) {
    this.#options = options
    this.#counter = initialRiseFall(options.script)
    this.#prepared = this.#start()
  }

  async #start(): Promise<void> {
    const { script, scripts, onChange, log } = this.#options
    const ready = await scripts.prepare(script.script)
    if (this.#stopped) return
    if (typeof ready === 'string') {
      if (ready !== this.#refused) {
        log('error', `vrrp_script ${script.name} is not run and counts for nothing: ${ready}`)
        onChange(true, `not run: ${ready}`, false)
      }
      this.#refused = ready
      this.#timer = setTimeout(() => {
        this.#prepared = this.#start()
      }, this.#options.lookAgain ?? LOOK_AGAIN_MS)
      return
    }
    if (this.#refused !== '') log('info', `vrrp_script ${script.name} can be run now`)
    if (script.initFail) onChange(false, 'init_fail: no success yet', true)
    this.#turn(ready)
    this.#timer = setInterval(() => this.#turn(ready), Math.max(1, script.interval * 1000))
  }

  #turn(ready: ReadyScript): void {
    const { script, scripts, log } = this.#options
    if (this.#run !== null) {
      log('warn', `vrrp_script ${script.name} still runs; its turn is skipped`)
      return
    }
    const run = scripts.start(ready, Math.max(1, script.timeout * 1000))
    this.#run = run
    void run.verdict.then((outcome) => {
      if (this.#stopped) return
      const { counter, change } = countRun(this.#counter, outcome.end === 'exit' && outcome.code === 0)
      this.#counter = counter
      if (change === null) return
      log('info', `vrrp_script ${script.name} is ${change}: ${describe(outcome)}`)
      this.#options.onChange(change === 'up', describe(outcome), true)
    })
    void run.done.then(() => {
      this.#run = null
    })
  }

  /** Ends a run in progress and waits for its end. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#prepared
    clearTimeout(this.#timer)
    const run = this.#run
    run?.end()
    await run?.done
  }
}
