import type { PairRun } from './pair-run.ts'

/** What `--step` asks: each step, until the person says that all others may be done. */
export function stepwise(): NonNullable<PairRun['ask']> {
  let rest = false
  return async (steps, renderer, signal) => {
    if (rest) return 'yes'
    await renderer.idle()
    const { select } = await import('@inquirer/prompts')
    const hosts = steps.map(({ host }) => host).join(', ')
    const question = {
      message: `${hosts}: ${steps[0]?.title ?? ''}`,
      choices: [
        { name: 'do it', value: 'yes' },
        { name: 'leave it out', value: 'no' },
        { name: 'do it, and all others', value: 'rest' },
        { name: 'stop here', value: 'stop' },
      ],
    } as const
    // Ctrl-C here is the end of the run, which says what stays.
    const answer = await select(question, { output: process.stderr, signal }).catch(() => 'stop' as const)
    rest = answer === 'rest'
    return answer === 'rest' ? 'yes' : answer
  }
}
