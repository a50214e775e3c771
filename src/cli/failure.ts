import { EXIT, MmhaError } from '../events/error.ts'

export interface Failure {
  /** For stderr. */
  readonly text: string
  readonly exit: number
  /** For --json. */
  readonly document: Readonly<Record<string, unknown>>
}

/** What a person, and a program, is told when a command stops. */
export function describeFailure(error: unknown, debug: boolean): Failure {
  if (error instanceof MmhaError) {
    const { code, host, where, hint, exit, message } = error
    // A message about a document names its places itself.
    const place = where === undefined || message.startsWith(where) ? [] : [where]
    const at = [...(host === undefined || place.length === 0 ? [] : [host]), ...place].join(', ')
    const lines = [
      `error: ${message}`,
      ...(at === '' ? [] : [`  where: ${at}`]),
      ...(hint === undefined ? [] : [`  do: ${hint}`]),
    ]
    return {
      text: [...lines, ...(debug ? [trace(error)] : [])].join('\n'),
      exit,
      document: { type: 'error', code, message, host: host ?? null, where: where ?? null, hint: hint ?? null, exit },
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  const more = debug ? `\n${trace(error)}` : '\n  do: run it again with MMHA_DEBUG=1 and report what it prints'
  return {
    text: `error: ${message}\n  this is a bug in mmha${more}`,
    exit: EXIT.failed,
    document: { type: 'error', code: 'BUG', message, host: null, where: null, hint: null, exit: EXIT.failed },
  }
}

function trace(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined || error.cause === null ? '' : `\ncaused by ${trace(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
