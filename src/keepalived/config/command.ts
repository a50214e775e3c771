import type { Command } from './config.ts'
import type { Report } from './diagnostics.ts'
import type { Token } from './lexer.ts'

/**
 * Splits a quoted command into arguments as keepalived does: white space separates, quotes join, `\` takes the next character as it is.
 * An open quote ends with the text.
 */
export function splitCommand(text: string): string[] {
  const words: string[] = []
  let current = ''
  let inside = false
  let quote: string | null = null
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? ''
    if (char === '\\' && quote !== "'" && index + 1 < text.length) {
      index += 1
      current += text[index] ?? ''
      inside = true
    } else if (quote !== null) {
      if (char === quote) quote = null
      else current += char
    } else if (char === '"' || char === "'") {
      quote = char
      inside = true
    } else if (char === ' ' || char === '\t') {
      if (inside) words.push(current)
      current = ''
      inside = false
    } else {
      current += char
      inside = true
    }
  }
  if (inside) words.push(current)
  return words
}

const USER = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/

/**
 * A script with what follows it on its line: `"/path arg …" [user [group]]`. Words that can't be a user are arguments that should have
 * been quoted; they are taken as that, with a warning.
 * @returns null when there is no command, said through `report`.
 */
export function readCommand(words: readonly Token[], report: Report): Command | null {
  const [first, ...rest] = words
  if (first === undefined) return null
  const [program, ...inQuotes] = splitCommand(first.text)
  if (program === undefined || program === '') {
    report('error', 'value-bad', first, 'an empty command, ignored')
    return null
  }
  const extra = rest[0]
  if (extra === undefined) return { argv: [program, ...inQuotes], user: null, group: null }
  const users = rest.map((word) => word.text)
  if (rest.length <= 2 && users.every((user) => USER.test(user))) {
    return { argv: [program, ...inQuotes], user: users[0] ?? null, group: users[1] ?? null }
  }
  const whole = [first.text, ...users].join(' ')
  report(
    'warning',
    'syntax',
    extra,
    'taken as arguments; keepalived takes the words after a script as user and group',
    `write "${whole}"`,
  )
  return { argv: [program, ...inQuotes, ...users], user: null, group: null }
}
