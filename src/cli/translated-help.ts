import type { EventEmitter } from 'node:events'
import { type AddHelpTextContext, type Command, Help, type Option } from 'commander'
import type { Language } from '../events/language.ts'
import { frame } from '../events/messages/frame.ts'
import { HEADINGS, HELP, usage } from '../events/messages/help.ts'
import { HELP_BELOW } from '../events/messages/help-below.ts'
import { recogniser } from '../events/recognise.ts'
import { spoken } from '../events/spoken.ts'
import { columns } from '../events/width.ts'
import { inOtherWords } from './help-below.ts'

/** The help, and what is said of wrong use, in another language. Commands, flags and values stay as they are typed. */
export function translateHelp(command: Command, words: string, language: Language): void {
  if (language === 'en') return
  const shown = (text: string) => HELP[text] ?? text
  command.description(shown(command.description()))
  for (const argument of command.registeredArguments) argument.description = shown(argument.description)
  for (const option of command.options) option.description = shown(option.description)
  command.helpOption('-h, --help', shown('display help for command'))
  if (command.commands.length > 0) command.helpCommand('help [command]', shown('display help for command'))
  command.configureHelp({
    styleTitle: (title) => HEADINGS[title] ?? title,
    commandUsage: (one) => placeholders(plain.commandUsage(one)),
    subcommandTerm: (one) => placeholders(plain.subcommandTerm(one)),
    optionDescription,
    displayWidth: columns,
    minWidthToWrap: 30,
    boxWrap: wrapped,
  })
  translateBelow(command)
  command.configureOutput({ outputError: (text, write) => write(wrongUse(text, language)) })
  command.showHelpAfterError(frame('error.do', { what: usage('usage.help', { command: words }) })[language])
  for (const sub of command.commands) translateHelp(sub, `${words} ${sub.name()}`, language)
}

const plain = new Help()

/** commander's own stand-ins; those in angle brackets are ours, and errors name them. */
function placeholders(text: string): string {
  return text.replaceAll(/\[(?:options|command)\]/g, (word) => HEADINGS[word] ?? word)
}

function optionDescription({ description, argChoices, defaultValue, required, optional }: Option): string {
  const choices = argChoices === undefined ? [] : [`可选：${argChoices.join('、')}`]
  const fallback = defaultValue === undefined || !(required || optional) ? [] : [`默认：${String(defaultValue)}`]
  const more = [...choices, ...fallback]
  return more.length === 0 ? description : `${description}（${more.join('；')}）`
}

/** The listeners of `addHelpText('after', …)` write as before, and what they write is translated. */
function translateBelow(command: Command): void {
  // Commands are emitters in Node; their types leave these two out.
  const emitter = command as Command & Pick<EventEmitter, 'listeners' | 'removeAllListeners'>
  const writers = emitter.listeners('afterHelp') as ((context: Below) => void)[]
  emitter.removeAllListeners('afterHelp')
  for (const writer of writers) {
    command.on('afterHelp', (context: Below) => {
      const write = (text: string) => context.write(inOtherWords(text, (words) => HELP_BELOW[words]))
      writer({ ...context, write })
    })
  }
}

type Below = AddHelpTextContext & { readonly write: (text: string) => void }

/** A Chinese sign is a word of its own; a mark that closes stays with what is before it, one that opens with what follows. */
const WORD = /\s*[（“]*(?:[\u2e80-\u2fff\u3003-\u9fff]|[^\s（“”）、，。；：？！\u2e80-\u9fff]+)?[”）、，。；：？！]*/gu

/** commander breaks lines at blanks, and counts each sign as one column. */
function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const lines: string[] = []
      let now = ''
      for (const word of line.match(WORD) ?? []) {
        if (now !== '' && columns(now + word) > width) {
          lines.push(now)
          now = word.trimStart()
        } else now += word
      }
      return [...lines, now]
    })
    .join('\n')
}

const said = recogniser(usage, undefined, (name, value) => {
  const why = name === 'why' ? spoken(value) : value
  return typeof why === 'string' ? value : why
})

/** commander's `error: …`, and below it what may have been meant. */
function wrongUse(text: string, language: Language): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const bare = line.replace(/^error: /, '')
      const words = said(bare)?.[language] ?? bare
      return line === bare ? words : `${frame('error.mark')[language]}${words}`
    })
    .join('\n')
    .concat('\n')
}
