import { language } from '../events/language.ts'
import { inLanguage } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { title } from '../events/messages/titles.ts'
import { promptTheme } from '../events/prompt-theme.ts'
import type { PairRun } from './pair-run.ts'

/** What `--step` asks: each step, until the person says that all others may be done. */
export function stepwise(): NonNullable<PairRun['ask']> {
  let rest = false
  return async (steps, renderer, signal) => {
    if (rest) return 'yes'
    await renderer.idle()
    const { select } = await import('@inquirer/prompts')
    const own = language()
    const hosts = steps.map(({ host }) => host).join(', ')
    const question = {
      message: `${hosts}: ${inLanguage(title(steps[0]?.title ?? ''), own)}`,
      choices: [
        { name: frame('approve.step.do')[own], value: 'yes' },
        { name: frame('approve.step.skip')[own], value: 'no' },
        { name: frame('approve.step.rest')[own], value: 'rest' },
        { name: frame('approve.step.stop')[own], value: 'stop' },
      ],
      ...promptTheme(own),
    } as const
    // Ctrl-C here is the end of the run, which says what stays.
    const answer = await select(question, { output: process.stderr, signal }).catch(() => 'stop' as const)
    rest = answer === 'rest'
    return answer === 'rest' ? 'yes' : answer
  }
}
