/** What a transaction of a binary log did. */
export interface LoggedTransaction {
  /** `uuid:7` */
  readonly gtid: string
  /** Statements about accounts, every secret in them `***`. */
  readonly accounts: readonly string[]
  /** Everything else, as a person may read it: `rows of shop.orders`, `CREATE TABLE shop.t …`. */
  readonly other: readonly string[]
  /** `'user'@'host'` that were made there. */
  readonly made: readonly string[]
}

const END = '/*!*/;'
/** The server's own words around a statement: they change nothing. */
const AROUND =
  /^(SET (TIMESTAMP|INSERT_ID|LAST_INSERT_ID)=|SET @|\/\*!\d+ SET (@@|TRANSACTION )[^;]*\*\/$|\/\*!\\C \w+ \*\/$|use `|(BEGIN|COMMIT|ROLLBACK)\b)/
const ACCOUNTS =
  /^((CREATE|ALTER|DROP|RENAME)\s+USER|(CREATE|DROP)\s+ROLE|GRANT|REVOKE|SET\s+(PASSWORD|DEFAULT\s+ROLE)|FLUSH)\b/i
const LITERAL = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"/gs
const MADE = /^CREATE\s+USER\b/i
const ACCOUNT = /'(?:[^'\\]|\\.|'')*'@'(?:[^'\\]|\\.|'')*'/gs
/** Characters of a statement that a person needs to know it by. */
const SHOWN = 60

/**
 * Reads what `mysqlbinlog --base64-output=DECODE-ROWS` prints. Whatever is no statement about accounts is other work.
 * @returns null: the text is cut off
 */
export function readAccountLog(text: string): readonly LoggedTransaction[] | null {
  const lines = text.split('\n')
  const begin = lines.indexOf(`DELIMITER ${END}`)
  const end = lines.lastIndexOf('# End of log file')
  if (begin < 0 || end < begin) return null
  const found: { gtid: string; accounts: string[]; other: string[]; made: string[] }[] = []
  let pending: string[] = []
  for (const line of lines.slice(begin + 1, end)) {
    if (pending.length === 0 && (line.startsWith('#') || line === 'DELIMITER ;')) {
      const table = /\tTable_map: `(.*)`\.`(.*)` mapped to number/.exec(line)
      if (table !== null) found.at(-1)?.other.push(`rows of ${table[1]}.${table[2]}`)
      continue
    }
    pending.push(line)
    if (!line.endsWith(END)) continue
    const statement = pending.join('\n').slice(0, -END.length).trim()
    pending = []
    const gtid = /^SET @@SESSION\.GTID_NEXT= '([^']*:\d+)'$/.exec(statement)?.[1]
    if (gtid !== undefined) found.push({ gtid, accounts: [], other: [], made: [] })
    if (statement === '' || AROUND.test(statement)) continue
    if (ACCOUNTS.test(statement)) {
      found.at(-1)?.accounts.push(masked(statement))
      if (MADE.test(statement)) found.at(-1)?.made.push(...(statement.match(ACCOUNT) ?? []))
    } else found.at(-1)?.other.push(shortened(statement))
  }
  return pending.length > 0 ? null : found
}

/** Names stay (beside an `@`, or of a plugin); any other literal may be a secret. */
function masked(statement: string): string {
  const hidden = statement.replaceAll(LITERAL, (literal, at: number) => {
    const isName = /(@|\bWITH\s+)$/i.test(statement.slice(0, at)) || statement[at + literal.length] === '@'
    return isName ? literal : "'***'"
  })
  return hidden.replaceAll(/\s+/g, ' ')
}

function shortened(statement: string): string {
  const line = masked(statement)
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line
}
