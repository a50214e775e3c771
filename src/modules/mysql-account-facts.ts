import { createHash } from 'node:crypto'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { passwordLine, SQL_FUNCTIONS } from './mysql-client.ts'
import { type ShowsItself, shownNames } from './server-dialect.ts'

export const PEER_FILE = '/etc/mmha/peer.cnf'
export const ROLE_FILE = '/etc/mmha/role.cnf'

/** An option file with a password, as far as anybody but root may know it. */
export interface CredentialFile {
  /** sha256 of the line that holds the password. */
  readonly fingerprint: string
  /** `600 root` */
  readonly access: string
  readonly user: string
  readonly host: string
  readonly port: string
}

/** Does the password of a file open its server? unknown: nobody answered. */
export type Login = 'ok' | 'denied' | 'unknown'

export interface Account {
  readonly exists: boolean
  /** Global privileges, upper case. */
  readonly privileges: readonly string[]
}

export interface CredentialFacts {
  readonly file: CredentialFile | null
  readonly login: Login
  readonly account: Account
}

export interface AccountFacts extends ShowsItself {
  /** root over the socket: up, denied, or down. */
  readonly server: 'up' | 'denied' | 'down'
  readonly replication: CredentialFacts
  readonly role: CredentialFacts
  /** mmha.epoch is there. */
  readonly schema: boolean
}

/** What `CredentialFile.fingerprint` is for this password. */
export function fingerprintOf(password: string): string {
  return createHash('sha256')
    .update(`${passwordLine(password)}\n`)
    .digest('hex')
}

/** sh: `credential_file NAME PATH` and `login NAME PATH` print facts of an option file of ours. */
export const CREDENTIAL_FUNCTIONS = `credential_file() {
  [ -f "$2" ] || return 0
  fact "$1_file" "$(grep '^password=' "$2" | sha256sum | cut -d ' ' -f 1)" "$(stat -c '%a %U' "$2")" \\
    "$(sed -n 's/^user=//p' "$2")" "$(sed -n 's/^host=//p' "$2")" "$(sed -n 's/^port=//p' "$2")"
}
login() {
  if [ ! -f "$2" ] || [ -z "$mysql_client" ]; then return 0; fi
  answer=ok
  if ! said=$("$mysql_client" --defaults-file="$2" --connect-timeout=2 --execute='DO 1' 2>&1 </dev/null); then
    # 1045: wrong password. 1130: no account for this host. 1698: no password accepted.
    # MariaDB's client breaks its lines where it likes.
    case $(printf '%s' "$said" | tr -s '\\n' ' ') in *'ERROR 1045'*|*'ERROR 1130'*|*'ERROR 1698'*) answer=denied ;; *) answer=unknown ;; esac
  fi
  printf '%s_login\\t%s\\n' "$1" "$answer"
}
`

/** After databaseProbe: which passwords the host has, and whether they open what they should. */
export const ACCOUNT_PROBE = `${FACT_FUNCTIONS}${SQL_FUNCTIONS}${CREDENTIAL_FUNCTIONS}
credential_file replication ${PEER_FILE}
credential_file role ${ROLE_FILE}
login role ${ROLE_FILE} &
login replication ${PEER_FILE}
wait
`

/** `GRANT A, B ON *.* TO x` after `account<TAB>name`: that account's global privileges. */
function accountFrom(facts: FactLines, name: string): Account {
  const grants: string[] = []
  let current = ''
  for (const [key, value] of facts.sequence()) {
    if (key === 'account') current = value
    else if (key === 'grant' && current === name) grants.push(value)
  }
  const lists = grants.flatMap((grant) => /^GRANT (.*) ON \*\.\* TO /.exec(grant)?.[1]?.split(',') ?? [])
  return { exists: grants.length > 0, privileges: lists.map((privilege) => privilege.trim().toUpperCase()) }
}

/** What CREDENTIAL_FUNCTIONS printed under a name. */
export function credentialsFrom(facts: FactLines, name: string): Pick<CredentialFacts, 'file' | 'login'> {
  const [fingerprint, access = '', user = '', host = '', port = ''] = facts.rows(`${name}_file`)[0] ?? []
  const login = facts.text(`${name}_login`)
  return {
    file: fingerprint === undefined ? null : { fingerprint, access, user, host, port },
    login: login === 'ok' || login === 'denied' ? login : 'unknown',
  }
}

export function parseAccounts(stdout: string): AccountFacts {
  const facts = new FactLines(stdout)
  const part = (name: 'replication' | 'role'): CredentialFacts => ({
    ...credentialsFrom(facts, name),
    account: accountFrom(facts, name),
  })
  const server = facts.text('server')
  return {
    shown: shownNames(facts),
    server: server === 'up' || server === 'denied' ? server : 'down',
    replication: part('replication'),
    role: part('role'),
    schema: facts.text('epochs') !== null,
  }
}
