import { english, type Text } from './message.ts'

/** Exit codes of the CLI; DESIGN: "Bad input, faults, secrets". */
export const EXIT = {
  done: 0,
  failed: 1,
  pending: 2,
  unreachable: 3,
  invalid: 4,
  refused: 5,
  drillFailed: 6,
  locked: 75,
  /** As the shell counts it: 128 + SIGINT. */
  cancelled: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export interface MmhaErrorOptions {
  /** Stable, upper case: `INVENTORY_INVALID`, `SSH_UNREACHABLE`. */
  readonly code: string
  /** Who must act: the user (input, environment) or us (a bug). */
  readonly source: 'user' | 'mmha'
  readonly exit: ExitCode
  readonly host?: string
  /** Step, task or file:line:column: where it happened. */
  readonly where?: Text
  /** What to do about it, one sentence. */
  readonly hint?: Text
  readonly cause?: unknown
}

/** Every refusal and fault that a user may see: what happened, where, what to do. Printed without a stack. `message` and `hint` are English. */
export class MmhaError extends Error {
  readonly code: string
  readonly source: 'user' | 'mmha'
  readonly exit: ExitCode
  readonly host: string | undefined
  readonly where: string | undefined
  readonly hint: string | undefined
  /** `message` as it was given: in every language, where it has been translated. */
  readonly said: Text
  readonly hintSaid: Text | undefined
  readonly whereSaid: Text | undefined

  constructor(message: Text, options: MmhaErrorOptions) {
    super(english(message), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MmhaError'
    this.code = options.code
    this.source = options.source
    this.exit = options.exit
    this.host = options.host
    this.where = options.where === undefined ? undefined : english(options.where)
    this.whereSaid = options.where
    this.hint = options.hint === undefined ? undefined : english(options.hint)
    this.said = message
    this.hintSaid = options.hint
  }
}
