/** The languages in which a person may be spoken to. Programs, logs and journals always get English. */
export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/**
 * The language of the terminal: `--lang` among the words of the command, else what LC_ALL, LC_MESSAGES or LANG says, as
 * the C library reads them: the first that is set. Chinese is what begins with zh, unless the terminal could not show it: an encoding
 * that is named and is not UTF-8, or the kernel's own console, which has no Chinese font. A wrong `--lang` counts as none
 * here; the command line refuses it.
 */
export function languageOf(words: readonly string[], env: NodeJS.ProcessEnv): Language {
  return asked(words) ?? (env.TERM === 'linux' ? 'en' : ofLocale(env))
}

/** The language of this process's terminal. */
export function language(): Language {
  return languageOf(process.argv.slice(2), process.env)
}

function asked(words: readonly string[]): Language | undefined {
  const end = words.indexOf('--')
  const own = end < 0 ? words : words.slice(0, end)
  const given = own.flatMap((word, at) =>
    word === '--lang' ? [own[at + 1] ?? ''] : word.startsWith('--lang=') ? [word.slice('--lang='.length)] : [],
  )
  return LANGUAGES.find((one) => one === given.at(-1))
}

function ofLocale({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language {
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== '') ?? ''
  const [, encoding] = /\.([^@]*)/.exec(locale) ?? []
  const shown = encoding === undefined || /^utf-?8$/i.test(encoding)
  return /^zh(?![a-z])/i.test(locale) && shown ? 'zh' : 'en'
}
