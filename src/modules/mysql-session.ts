import { Secret } from '../inventory/secret.ts'
import type { SqlText } from '../mysql/sql-text.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { type Script, sh, shellQuote } from './step.ts'

/**
 * sh that runs statements as root on the local server, from stdin: nothing of them is in an argument, the binary log,
 * or the general log. A server that is closed also for root (super_read_only) is opened for the moment that it takes.
 */
export function asRoot(statements: readonly (SqlText | string)[]): Script {
  const body = statements.map((one) => sh`${typeof one === 'string' ? one : { parts: one.parts }};\n`)
  return opened(sh`  cat <<'MMHA_END_OF_SQL'
${SESSION}
${joined(body)}MMHA_END_OF_SQL
`)
}

/** Stands in a statement for the password of an option file of ours: the literal is put in by the host itself. */
export type PasswordFiles = ReadonlyMap<Secret, string>

/**
 * sh that runs statements as root like `asRoot`, with passwords from option files of ours: the host reads them, so that
 * nobody else has to know them (`printf` is in the shell: no process shows them).
 */
export function withPasswordsOf(files: PasswordFiles, statements: readonly SqlText[]): Script {
  const names = new Map([...files.keys()].map((secret, i) => [secret, `password${i + 1}`]))
  const read = [...files].map(([secret, file]) => `  ${names.get(secret)}=$(sed -n 's/^password=//p' ${file})\n`)
  const word = (part: string | Secret) =>
    typeof part === 'string' ? shellQuote(part) : `"$${names.get(part) ?? raise('a password of no file')}"`
  const printed = statements.map(({ parts }) => `  printf '%s' ${parts.map(word).join(' ')} ';'\n`)
  return opened(sh`${read.join('')}  echo ${shellQuote(SESSION)}
${printed.join('')}`)
}

/** sh that gives an account the password that stands in an option file of ours. */
export function passwordFrom(file: string, account: string): Script {
  const password = new Secret(file)
  return withPasswordsOf(new Map([[password, file]]), [{ parts: [`ALTER USER ${account} IDENTIFIED BY `, password] }])
}

function raise(message: string): never {
  throw new Error(message)
}

const SESSION = `SET SESSION sql_mode='', sql_log_bin=0, sql_log_off=1;`

/** @param statements sh that prints them; run again when the daemon, which closes a standby, came in between */
function opened(statements: Script): Script {
  return sh`${SQL_FUNCTIONS}
(
  closed=$(sql --execute='SELECT @@GLOBAL.super_read_only' 2>/dev/null || echo 0)
  close="sql --execute='SET GLOBAL super_read_only=ON'"
  # The daemon may close it in the same moment, and end this session, too: once.
  [ "$closed" != 1 ] || trap "$close 2>/dev/null || $close" EXIT
  statements() {
  [ "$closed" != 1 ] || echo 'SET GLOBAL super_read_only=OFF;'
${statements}  }
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    if said=$(statements | quietly sql 2>&1); then exit 0; fi
    # Closed again, or the session was ended.
    case $said in *'ERROR 1290'*|*'ERROR 1927'*|*'ERROR 2013'*|*'ERROR 2026'*) ;; *) break ;; esac
  done
  printf '%s\\n' "$said" >&2
  exit 1
)
`
}

function joined(scripts: readonly Script[]): Script {
  return { parts: scripts.flatMap((script) => script.parts) }
}
