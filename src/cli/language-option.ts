import { type Command, Option } from 'commander'
import { LANGUAGES } from '../events/language.ts'

const MEANING = 'language of what is shown; default: as the locale says'

/** Gives every command `--lang`; what it says is read by `language()`, before any command runs. */
export function takeLanguage(command: Command): void {
  command.addOption(new Option('--lang <language>', MEANING).choices(LANGUAGES))
  for (const sub of command.commands) takeLanguage(sub)
}
