import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { wordsBelow } from '../../../src/cli/help-below.ts'
import { programFor } from '../../../src/cli/program.ts'
import { HELP } from '../../../src/events/messages/help.ts'
import { HELP_BELOW } from '../../../src/events/messages/help-below.ts'
import { columns } from '../../../src/events/width.ts'

/** Everything that the help of a command and of those below it says. */
function described(command: Command): string[] {
  const own = [
    command.description(),
    ...command.registeredArguments.map(({ description }) => description),
    ...command.options.map(({ description }) => description),
  ]
  return [...own, ...command.commands.flatMap(described)].filter((text) => text !== '')
}

/** The whole help of a command and of those below it, as it is printed. */
function printed(
  command: Command,
  words = command.name(),
): readonly { readonly words: string; readonly help: string }[] {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 80 })
  command.outputHelp()
  return [{ words, help }, ...command.commands.flatMap((sub) => printed(sub, `${words} ${sub.name()}`))]
}

/** What stands below the helps. */
async function below(): Promise<readonly string[]> {
  return printed(await programFor([], 'en')).flatMap(({ help }) => wordsBelow(help.split(/^(?=Examples?:$)/m)[1] ?? ''))
}

describe('the help in Chinese', () => {
  it('translates what stands below: words beside examples, exit codes', async () => {
    const words = await below()
    expect(words.length).toBeGreaterThan(60)
    expect(words.filter((one) => !Object.hasOwn(HELP_BELOW, one))).toEqual([])
    expect(Object.keys(HELP_BELOW).filter((one) => !words.includes(one))).toEqual([])
  })

  it('has no English sentence left, and no line that is too long, in any command', async () => {
    const all = printed(await programFor([], 'zh'))
    expect(all.length).toBeGreaterThan(30)
    for (const { words, help } of all) {
      const [above = ''] = help.split(/^(?=示例：$)/m)
      // Names in brackets, quotes and backticks are typed so. An example's command goes up to a gap.
      const bare = help.replaceAll(/(?:^ {2,}|： ?)mmha \S.*?(?= {2,}|$)|`[^`]*`|<[^>]*>|\[[^\]]*\]/gm, '')
      expect(bare.match(/(?<![-\w])[a-z']{2,}(?: [a-z']{2,}){2,}/gi) ?? [], words).toEqual([])
      expect(bare, words).not.toMatch(/\b(?:default|choices|Examples?|Exit codes|Usage|options)\b(?!\.ts)/)
      expect(
        above.split('\n').filter((line) => columns(line) > 80),
        words,
      ).toEqual([])
    }
  })

  it('types the same commands in its examples', async () => {
    const typed = async (language: 'en' | 'zh') =>
      printed(await programFor([], language)).map(({ help }) =>
        [...help.matchAll(/^ {2}(mmha \S.*?)(?: {2,}.*)?$/gm)].map(([, command]) => command),
      )
    expect(await typed('zh')).toEqual(await typed('en'))
  })

  it('translates every command, argument and option', async () => {
    const texts = described(await programFor([], 'en'))
    expect(texts.length).toBeGreaterThan(150)
    expect([...new Set(texts)].filter((text) => !Object.hasOwn(HELP, text))).toEqual([])
  })

  it('has nothing that no command says any more', async () => {
    const texts = new Set(described(await programFor([], 'en')))
    const own = new Set(['display help for command'])
    expect(Object.keys(HELP).filter((text) => !texts.has(text) && !own.has(text))).toEqual([])
  })

  it('has the commands and options under the same names', async () => {
    const names = (command: Command): string[] => [
      command.name(),
      ...command.options.map(({ flags }) => flags),
      ...command.commands.flatMap(names),
    ]
    expect(names(await programFor([], 'zh'))).toEqual(names(await programFor([], 'en')))
  })
})
