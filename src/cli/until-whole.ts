import { setTimeout as delay } from 'node:timers/promises'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Text } from '../events/message.ts'
import { status as say } from '../events/messages/status.ts'
import type { PairLines } from './ask-pair.ts'
import { holdersOf, type Problem, problemsOf } from './pair-status.ts'

const WHOLE_MS = 60_000
const LOOK_EVERY_MS = 250

export interface WholeOptions {
  /** The inventory as a command names it, for hints. */
  readonly file: string
  /** Is it held where it should be? */
  readonly fits: (holders: readonly string[]) => boolean
  /** What was done before, for the message when the time is up. */
  readonly after: Text
}

/** Waits until nothing keeps the pair from surviving the loss of either host. @throws MmhaError NOT_WHOLE (exit 1) */
export async function untilWhole(lines: PairLines, { file, fits, after }: WholeOptions): Promise<void> {
  const deadline = performance.now() + WHOLE_MS
  let problems: readonly Problem[] = []
  while (performance.now() < deadline) {
    const nodes = await lines.ask()
    problems = problemsOf(nodes, file)
    if (problems.length === 0 && fits(holdersOf(nodes))) return
    await delay(LOOK_EVERY_MS)
  }
  throw new MmhaError(say('pair.not-whole', { after, seconds: WHOLE_MS / 1000 }), {
    code: 'NOT_WHOLE',
    source: 'user',
    exit: EXIT.failed,
    hint: say('pair.not-whole.do', {
      file,
      problem: problems[0] === undefined ? '' : say('pair.bracketed', { text: problems[0].text }),
    }),
  })
}
