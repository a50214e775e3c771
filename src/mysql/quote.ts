/**
 * A string literal for a session without NO_BACKSLASH_ESCAPES (ours set their sql_mode, `session.ts`).
 * NUL, newlines and Ctrl-Z are escaped, so that the statement also survives the command line client.
 */
export function sqlString(value: string): string {
  return `'${[...value].map((char) => ESCAPED.get(char) ?? char).join('')}'`
}

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ["'", "''"],
  ['\\', '\\\\'],
  ['\0', '\\0'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\x1a', '\\Z'],
])

/** An identifier in backticks. @throws RangeError on what no server accepts: empty, longer than 64 characters, NUL */
export function sqlIdentifier(name: string): string {
  if (name === '' || [...name].length > 64 || name.includes('\0')) {
    throw new RangeError(`not an identifier: ${JSON.stringify(name)}`)
  }
  return `\`${name.replaceAll('`', '``')}\``
}

/** `'user'@'host'`. */
export function sqlAccount(user: string, host: string): string {
  return `${sqlString(user)}@${sqlString(host)}`
}
