import type { Language } from './language.ts'
import { frame } from './messages/frame.ts'

/** inquirer's own words in the language of the terminal; {} in English, where they are right. `y` and `n` answer in every language. */
export function promptTheme(language: Language): object {
  if (language === 'en') return {}
  const [yes, no] = [frame('ask.yes')[language], frame('ask.no')[language]]
  const keys: Readonly<Record<string, string>> = {
    navigate: frame('ask.navigate')[language],
    select: frame('ask.select')[language],
  }
  return {
    theme: {
      keywords: { yes, no, error: () => frame('ask.yes-or-no')[language] },
      style: {
        keysHelpTip: (tips: readonly (readonly [string, string])[]) =>
          tips.map(([key, action]) => `${key} ${keys[action] ?? action}`).join(' • '),
      },
      i18n: { disabledError: frame('ask.disabled')[language] },
    },
  }
}
