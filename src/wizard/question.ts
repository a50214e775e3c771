import type { Text } from '../events/message.ts'

/**
 * What the wizard may ask, as data: the terminal shows it, an answers file answers it, a test reads it.
 * `key` is the path of the answer in an answers file: `masters.0.user`.
 */
export interface TextQuestion {
  readonly key: string
  readonly message: Text
  /** Taken when nothing is typed; undefined: something must be typed. */
  readonly default?: string
  /** null: fine; else what is wrong with it, in one line. May take time (a probe over the network). */
  validate(text: string): Text | null | Promise<Text | null>
}

export interface Choice {
  readonly value: string
  readonly label: Text
  /** Shown below the list while the cursor is on it. */
  readonly description?: Text
  /** Why it can't be chosen; it is shown, not offered. */
  readonly disabled?: Text
}

export interface ChoiceQuestion {
  readonly key: string
  readonly message: Text
  readonly choices: readonly Choice[]
  readonly default?: string
}

export interface YesNoQuestion {
  readonly key: string
  readonly message: Text
  readonly default: boolean
}

/** Whoever answers. A method throws `Cancelled` when the person leaves, `MmhaError` when an answer can't be had. */
export interface Asker {
  /** A person is there, who may be asked again. */
  readonly interactive: boolean
  text(question: TextQuestion): Promise<string>
  choice(question: ChoiceQuestion): Promise<string>
  yesNo(question: YesNoQuestion): Promise<boolean>
}

/** The person left (Ctrl-C, Ctrl-D, a closed terminal): everything is undone on the way out. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled')
    this.name = 'Cancelled'
  }
}
