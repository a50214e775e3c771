/** A statement of a server's general log. */
export interface LoggedStatement {
  /** `user@host` as the server knows it. */
  readonly user: string
  readonly text: string
}

/**
 * Statements of a general log file of MySQL or MariaDB, with who sent them; a statement of several lines is one.
 * @param text lines like `date<TAB>  12 Connect\troot@localhost as anonymous on  using Socket` and `\t 12 Query\tSELECT 1`
 */
export function statementsOf(text: string): readonly LoggedStatement[] {
  const users = new Map<string, string>()
  const found: { user: string; text: string }[] = []
  let last: { user: string; text: string } | null = null
  for (const line of text.split('\n')) {
    const [, id = '', command = '', rest = ''] =
      /^(?:\d\S*(?: +[\d:]+)?)?[\t ]+(\d+) ([A-Z][A-Za-z]*(?: [A-Za-z]+)?)\t(.*)$/.exec(line) ?? []
    if (id === '') {
      if (last !== null) last.text += `\n${line}`
      continue
    }
    last = null
    if (command === 'Connect' || command === 'Change user') users.set(id, (rest.split(' ')[0] ?? '').toLowerCase())
    if (command !== 'Query' && command !== 'Execute' && command !== 'Prepare') continue
    last = { user: users.get(id) ?? 'unknown', text: rest }
    found.push(last)
  }
  return found
}

/** Statements that may stand in the log of somebody who only looks. */
const READING =
  /^(select|show|explain|describe|desc|do|use|help|set (names|session|@@session\.|@|character set|net_))\b/i
const WRITING_SELECT = /\b(into\s+(outfile|dumpfile)|for\s+update|lock\s+in\s+share\s+mode|get_lock)\b/i

/** Whether a statement, or one of several that were sent as one, can change anything beyond its own session. */
export function writes(statement: string): boolean {
  const bare = statement
    .replaceAll(/\/\*(?![!M]).*?\*\//gs, ' ')
    .replaceAll(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"/gs, "''")
  const parts = bare.split(';').map((part) => part.replace(/^[\s(]+/, ''))
  return parts.some((part) => part !== '' && (!READING.test(part) || WRITING_SELECT.test(part)))
}
