import { EXIT, MmhaError } from '../events/error.ts'
import type { Language } from '../events/language.ts'
import type { Text } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { spoken, spokenIn } from '../events/spoken.ts'

export interface Failure {
  /** For stderr. */
  readonly text: string
  readonly exit: number
  /** For --json: English in every language. */
  readonly document: Readonly<Record<string, unknown>>
}

/** What a person, and a program, is told when a command stops. */
export function describeFailure(error: unknown, debug: boolean, language: Language = 'en'): Failure {
  const mark = frame('error.mark')[language]
  if (error instanceof MmhaError) {
    const { code, host, where, hint, exit, message, said, hintSaid, whereSaid } = error
    // A message about a document names its places itself.
    const place = where === undefined || message.startsWith(where) ? [] : [spokenIn(whereSaid ?? where, language)]
    const at = [...(host === undefined || place.length === 0 ? [] : [host]), ...place].join(', ')
    const lines = [
      `${mark}${spokenIn(said, language)}`,
      ...(at === '' ? [] : [frame('error.where', { place: at })[language]]),
      ...(hintSaid === undefined
        ? []
        : [frame('error.do', { what: language === 'en' ? hintSaid : spoken(hintSaid) })[language]]),
    ]
    return {
      text: [...lines, ...(debug ? [trace(error)] : [])].join('\n'),
      exit,
      document: {
        ...{ type: 'error', version: 1, code, message, ...coded(said) },
        ...{ host: host ?? null, where: where ?? null, hint: hint ?? null, exit },
      },
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  const more = debug ? trace(error) : frame('error.do', { what: frame('error.report') })[language]
  return {
    text: `${mark}${message}\n${frame('error.bug')[language]}\n${more}`,
    exit: EXIT.failed,
    document: {
      type: 'error',
      version: 1,
      code: 'BUG',
      message,
      host: null,
      where: null,
      hint: null,
      exit: EXIT.failed,
    },
  }
}

function coded(said: Text): { readonly said?: object } {
  return typeof said === 'string' ? {} : { said: { code: said.code, params: said.params } }
}

function trace(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined || error.cause === null ? '' : `\ncaused by ${trace(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
