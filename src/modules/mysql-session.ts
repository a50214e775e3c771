import type { SqlText } from '../mysql/sql-text.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { type Script, sh, shellQuote } from './step.ts'

/**
 * sh that runs statements as root on the local server, from stdin: nothing of them is in an argument, the binary log,
 * or the general log. A server that is closed also for root (super_read_only) is opened for the moment that it takes.
 */
export function asRoot(statements: readonly (SqlText | string)[]): Script {
  const body = statements.map((one) => sh`${typeof one === 'string' ? one : { parts: one.parts }};\n`)
  return opened(sh`  sql <<'MMHA_END_OF_SQL'
${SESSION}
${joined(body)}MMHA_END_OF_SQL
`)
}

/**
 * sh that gives an account the password that stands in an option file of ours: the host reads it, so that nobody else
 * has to know it.
 */
export function passwordFrom(file: string, account: string): Script {
  return opened(sh`  password=$(sed -n 's/^password=//p' ${file})
  {
    echo ${shellQuote(SESSION)}
    printf '%s' ${shellQuote(`ALTER USER ${account} IDENTIFIED BY `)} "$password" ';'
  } | sql
`)
}

const SESSION = `SET SESSION sql_mode='', sql_log_bin=0, sql_log_off=1;`

function opened(body: Script): Script {
  return sh`${SQL_FUNCTIONS}
(
  closed=$(sql --execute='SELECT @@GLOBAL.super_read_only' 2>/dev/null || echo 0)
  if [ "$closed" = 1 ]; then
    trap "sql --execute='SET GLOBAL super_read_only=ON'" EXIT
    sql --execute='SET GLOBAL super_read_only=OFF'
  fi
${body})
`
}

function joined(scripts: readonly Script[]): Script {
  return { parts: scripts.flatMap((script) => script.parts) }
}
