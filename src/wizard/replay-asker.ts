import { EXIT, MmhaError } from '../events/error.ts'
import type { Text } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import { type Answer, invalidAnswer } from './answers.ts'
import type { Asker, ChoiceQuestion, TextQuestion, YesNoQuestion } from './question.ts'

/**
 * Answers from a file. Every answer goes through the same validation as a typed one; a question without an answer takes
 * its default. Never asks anybody, so that a script can't hang on it.
 */
export function replayAsker(answers: ReadonlyMap<string, Answer>, say: (line: Text) => void): Asker {
  return {
    interactive: false,
    async text(question) {
      const value = String(answerTo(answers, question))
      const problem = await question.validate(value)
      if (problem !== null) throw refused(answers, question.key, problem)
      say(wizard('wizard.answers.said', { question: question.message, answer: value }))
      return value
    },
    async choice(question) {
      const value = String(answerTo(answers, question))
      const chosen = question.choices.find((choice) => choice.value === value)
      if (chosen === undefined || chosen.disabled !== undefined) {
        const possible = question.choices
          .filter((choice) => choice.disabled === undefined)
          .map((choice) => choice.value)
        const why = chosen?.disabled ?? wizard('wizard.answers.choose', { values: possible.join(', ') })
        throw refused(answers, question.key, wizard('wizard.answers.no-choice', { value, why }))
      }
      say(wizard('wizard.answers.said', { question: question.message, answer: chosen.label }))
      return value
    },
    async yesNo(question) {
      const value = answerTo(answers, question) === true
      say(
        wizard('wizard.answers.said', {
          question: question.message,
          answer: wizard(value ? 'wizard.yes' : 'wizard.no'),
        }),
      )
      return value
    },
  }
}

function answerTo(
  answers: ReadonlyMap<string, Answer>,
  question: TextQuestion | ChoiceQuestion | YesNoQuestion,
): string | boolean {
  const value = answers.get(question.key)?.value ?? question.default
  if (value !== undefined) return value
  throw new MmhaError(wizard('wizard.answers.missing', { question: question.message }), {
    code: 'ANSWER_MISSING',
    source: 'user',
    exit: EXIT.invalid,
    where: question.key,
    hint: wizard('wizard.answers.missing.do', { key: question.key }),
  })
}

function refused(answers: ReadonlyMap<string, Answer>, key: string, problem: Text): MmhaError {
  return invalidAnswer(
    wizard('wizard.answers.wrong', { key, problem }),
    answers.get(key)?.where ?? `the default of ${key}`,
  )
}
