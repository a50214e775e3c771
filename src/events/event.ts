import type { EventCode } from './codes.ts'
import type { Message } from './message.ts'

/**
 * What the program says while it works. Commands return data; everything on the way is an event with a stable code,
 * carried to one `Sink` (listr2 on a terminal, plain lines without one, NDJSON with --json).
 */
/** trace: only with -vv, and in no log. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error'

export interface MmhaEvent {
  /** Stable: codes.ts says what each means. */
  readonly code: EventCode
  readonly level: Level
  /** One line for a person, in English. Never holds a secret. */
  readonly message: string
  /** The same in every language, where it has been translated: `...told(say('…'))` gives both. */
  readonly said?: Message
  /** Of several pairs: which one. */
  readonly pair?: string
  readonly host?: string
  /** Machine-readable payload for --json. */
  readonly data?: Readonly<Record<string, unknown>>
}

export type Sink = (event: MmhaEvent) => void
