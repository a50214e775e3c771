import { Secret } from '../inventory/secret.ts'
import { type Script, sh } from './step.ts'

/**
 * The server's own command line client on the host, over the socket, as root (auth_socket, unix_socket, or what
 * /root/.my.cnf says). MariaDB's `mysql` is deprecated and says so on stderr, so its new name comes first.
 *
 * An administrator's sql_mode (NO_BACKSLASH_ESCAPES, ANSI_QUOTES) and the client's character set, which goes by the host's
 * locale, would change what our literals mean: each connection says its own.
 *
 * `sql` runs what stands on its stdin or in `--execute`; never pass a secret in an argument. `channel_status` prints
 * SHOW REPLICA STATUS vertically. `quietly` runs a client that is given secrets: of an error it says only what the server
 * said, without the statement, which clients print when a connection is lost. `peer_sql` asks the peer's server, with the account that replication uses.
 */
export const SQL_FUNCTIONS = `mysql_client=$(command -v mariadb || command -v mysql || :)
sql() {
  [ -n "$mysql_client" ] || return 127
  "$mysql_client" --protocol=socket --user=root --connect-timeout=5 --batch --skip-column-names \\
    --default-character-set=utf8mb4 --init-command="SET SESSION sql_mode=''" "$@"
}
channel_status() {
  for word in REPLICA SLAVE; do
    sql --vertical --column-names --execute="SHOW $word STATUS" 2>/dev/null && return
  done
}
quietly() {
  if said=$("$@" 2>&1); then return 0; fi
  printf '%s\\n' "$said" | sed -n 's/ near .*//; /^ERROR/p; /^m[a-z]*:/p' >&2
  return 1
}
peer_sql() {
  "$mysql_client" --defaults-file=/etc/mmha/peer.cnf --connect-timeout=2 --batch --skip-column-names \\
    --default-character-set=utf8mb4 --init-command="SET SESSION sql_mode=''" "$@"
}
`

/** A secret in a root-only option file: `[client]` with the password in double quotes. */
export interface Credentials {
  readonly user: string
  readonly password: Secret
  /** null: the local socket. */
  readonly host: string | null
  readonly port: number | null
}

/**
 * The line of an option file that holds the password. Its right-hand side is a MySQL string literal too (double quotes,
 * backslash escapes), so that a host can hand it to SQL without knowing the password. The same password gives the same line.
 */
export function passwordLine(password: string): string {
  return `password="${password.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** Content of the option file; the line with the password stands alone. */
export function optionFile(credentials: Credentials, purpose: string): Script {
  const { user, password, host, port } = credentials
  const place = [...(host === null ? [] : [`host=${host}\n`]), ...(port === null ? [] : [`port=${port}\n`])].join('')
  return sh`# ${purpose}. Written by mmha; only root may read it.
[client]
user=${user}
${new Secret(passwordLine(password.reveal()))}
${place}`
}
