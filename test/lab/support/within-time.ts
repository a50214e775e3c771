import { appendFileSync } from 'node:fs'
import { type RunnerTestCase, type RunnerTestSuite, TestRunner } from 'vitest'

/**
 * Begins no test when the suite's time is up (MMHA_BEGIN_UNTIL, ms since 1970): on a machine that is slow today the suite ends
 * all the same, and says what it left out. One line for each such test goes to the file MMHA_LEFT_OUT.
 */
export default class WithinTime extends TestRunner {
  readonly #until = Number(process.env.MMHA_BEGIN_UNTIL ?? Number.POSITIVE_INFINITY)

  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (this.#late()) leaveOut(suite)
    await super.onBeforeRunSuite(suite)
  }

  override async onBeforeRunTask(test: RunnerTestCase): Promise<void> {
    if (this.#late()) leaveOut(test)
    await super.onBeforeRunTask(test)
  }

  #late(): boolean {
    return Date.now() > this.#until
  }
}

function leaveOut(task: RunnerTestCase | RunnerTestSuite): void {
  if (task.mode === 'skip' || task.mode === 'todo') return
  task.mode = 'skip'
  if (task.type === 'suite') {
    for (const inner of task.tasks) leaveOut(inner)
    return
  }
  if (process.env.MMHA_LEFT_OUT !== undefined) appendFileSync(process.env.MMHA_LEFT_OUT, `${task.fullName}\n`)
}
