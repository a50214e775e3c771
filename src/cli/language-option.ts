import { type Command, Option } from 'commander'
import { LANGUAGES, type Language } from '../events/language.ts'
import { frame } from '../events/messages/frame.ts'
import { HEADINGS, HELP, usage } from '../events/messages/help.ts'
import { recogniser } from '../events/recognise.ts'
import { spoken } from '../events/spoken.ts'

const MEANING = 'language of what is shown; default: as the locale says'

/** Gives every command `--lang`; what it says is read by `language()`, before any command runs. */
export function takeLanguage(command: Command): void {
  command.addOption(new Option('--lang <language>', MEANING).choices(LANGUAGES))
  for (const sub of command.commands) takeLanguage(sub)
}

/** The help, and what is said of wrong use, in another language. Examples and names stay as they are typed. */
export function translateHelp(command: Command, words: string, language: Language): void {
  if (language === 'en') return
  const shown = (text: string) => HELP[text] ?? text
  command.description(shown(command.description()))
  for (const argument of command.registeredArguments) argument.description = shown(argument.description)
  for (const option of command.options) option.description = shown(option.description)
  command.helpOption('-h, --help', shown('display help for command'))
  command.helpCommand('help [command]', shown('display help for command'))
  command.configureHelp({ styleTitle: (title) => HEADINGS[title] ?? title })
  command.configureOutput({ outputError: (text, write) => write(wrongUse(text, language)) })
  command.showHelpAfterError(frame('error.do', { what: usage('usage.help', { command: words }) })[language])
  for (const sub of command.commands) translateHelp(sub, `${words} ${sub.name()}`, language)
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
