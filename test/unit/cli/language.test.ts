import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { programFor } from '../../../src/cli/program.ts'
import { HELP } from '../../../src/events/messages/help.ts'

/** Everything that the help of a command and of those below it says. */
function described(command: Command): string[] {
  const own = [
    command.description(),
    ...command.registeredArguments.map(({ description }) => description),
    ...command.options.map(({ description }) => description),
  ]
  return [...own, ...command.commands.flatMap(described)].filter((text) => text !== '')
}

describe('the help in Chinese', () => {
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
