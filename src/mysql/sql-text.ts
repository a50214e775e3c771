import { Secret } from '../inventory/secret.ts'
import { sqlString } from './quote.ts'

/** A statement whose secret parts stay `Secret` until it is sent. Same shape as a step's Script, so that one can hold the other. */
export interface SqlText {
  readonly parts: readonly (string | Secret)[]
}

/** Tagged template; strings are inserted as they are: quote them with `sqlString` first. A Secret becomes a string literal. */
export function sql(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Secret | SqlText)[]
): SqlText {
  const parts: (string | Secret)[] = []
  strings.forEach((text, i) => {
    if (text !== '') parts.push(text)
    const value = values[i]
    if (value === undefined) return
    if (value instanceof Secret) parts.push(new Secret(sqlString(value.reveal())))
    else if (typeof value === 'object') parts.push(...value.parts)
    else parts.push(String(value))
  })
  return { parts }
}

/** Statements as one script, each ended with `;` and a newline. */
export function sqlScript(statements: readonly (SqlText | string)[]): SqlText {
  return { parts: statements.flatMap((one) => [...(typeof one === 'string' ? [one] : one.parts), ';\n']) }
}

/** As a person may see it. */
export function maskedSql(text: SqlText): string {
  return text.parts.map(String).join('')
}

/** As the server gets it; only where it is sent. */
export function revealedSql(text: SqlText): string {
  return text.parts.map((part) => (part instanceof Secret ? part.reveal() : part)).join('')
}
