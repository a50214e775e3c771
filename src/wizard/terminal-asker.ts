import type { Language } from '../events/language.ts'
import { inLanguage, type Text } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { promptTheme } from '../events/prompt-theme.ts'
import { type Asker, Cancelled } from './question.ts'

export interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  /** Aborted when the run is over, whoever ended it. */
  readonly signal: AbortSignal
  /** Default: English. */
  readonly language?: Language
}

/**
 * Asks a person on the terminal, with inquirer. Ctrl-C, Ctrl-D, a closed terminal and an aborted `signal` all end a
 * question with `Cancelled`.
 */
export async function terminalAsker(terminal: Terminal): Promise<Asker> {
  // Loaded late: nobody but the wizard pays for it.
  const { confirm, input, select } = await import('@inquirer/prompts')
  const own = terminal.language ?? 'en'
  const shown = (text: Text) => inLanguage(text, own)
  return {
    interactive: true,
    text: (question) =>
      answered(terminal, (context, whileOpen) =>
        input(
          {
            message: shown(question.message),
            ...(question.default === undefined ? {} : { default: question.default }),
            validate: (text) =>
              whileOpen(async () => {
                if (question.default === undefined && text === '') return shown(frame('ask.required'))
                const problem = await question.validate(text.trim())
                return problem === null ? true : shown(problem)
              }),
          },
          context,
        ),
      ).then((text) => text.trim()),
    choice: (question) =>
      answered(terminal, (context) =>
        select(
          {
            message: shown(question.message),
            choices: question.choices.map(({ value, label, description, disabled }) => ({
              value,
              name: shown(label),
              ...(description === undefined ? {} : { description: shown(description) }),
              ...(disabled === undefined ? {} : { disabled: shown(disabled) }),
            })),
            ...(question.default === undefined ? {} : { default: question.default }),
            loop: false,
            ...promptTheme(own),
          },
          context,
        ),
      ),
    yesNo: (question) =>
      answered(terminal, (context) =>
        confirm({ message: shown(question.message), default: question.default, ...promptTheme(own) }, context),
      ),
  }
}

const LEFT = new Set(['ExitPromptError', 'AbortPromptError', 'CancelPromptError'])

type Context = Pick<Terminal, 'input' | 'output' | 'signal'>
/** Runs a question's own work; its result is dropped when the question has ended before. */
type WhileOpen = <R>(work: () => Promise<R>) => Promise<R>

async function answered<T>(
  terminal: Terminal,
  ask: (context: Context, whileOpen: WhileOpen) => Promise<T>,
): Promise<T> {
  const end = new AbortController()
  let settled = false
  let failure: unknown = null
  // inquirer never settles when readline closes on Ctrl-D. readline pauses its input then, as it does after an answer,
  // but after an answer the question has settled one turn of the loop later.
  const onPause = () => setImmediate(() => settled || end.abort())
  // inquirer writes to its closed readline when a validation ends late, and awaits nobody when one throws: either would
  // end the process. So a late result never arrives, and an error ends the question.
  const whileOpen: WhileOpen = (work) =>
    new Promise((resolve) => {
      work().then(
        (result) => settled || resolve(result),
        (error: unknown) => {
          failure ??= error
          end.abort()
        },
      )
    })
  terminal.input.on('pause', onPause)
  try {
    return await ask({ ...terminal, signal: AbortSignal.any([terminal.signal, end.signal]) }, whileOpen)
  } catch (error) {
    if (failure !== null) throw failure
    if (error instanceof Error && LEFT.has(error.name)) throw new Cancelled()
    throw error
  } finally {
    settled = true
    terminal.input.off('pause', onPause)
  }
}
