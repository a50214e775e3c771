import { EXIT, MmhaError } from '../events/error.ts'
import type { Connection } from '../hosts/connection.ts'
import { runSections } from '../hosts/run-sections.ts'
import { SQL_FUNCTIONS } from '../modules/mysql-client.ts'
import { revealed, type Script, sh } from '../modules/step.ts'
import { revealedSql, type SqlText } from '../mysql/sql-text.ts'

/** What a message may not show: hashes of passwords stand in statements about accounts. */
const NEAR = / near '[\s\S]*$/

/**
 * Runs sh as root, with `set -eu`.
 * @param doing what it is for, in the message: “could not …”
 * @param onLine hears what it prints while it runs
 * @returns what it printed
 * @throws MmhaError SEED_FAILED (exit 1) with what it said; SSH_LINK_LOST (exit 3)
 */
export async function asRootOn(
  connection: Connection,
  doing: string,
  script: Script,
  onLine: (line: string) => void = () => {},
): Promise<string> {
  const { finished } = await runSections(connection, 'step', [{ id: doing, text: revealed(script) }], (event) => {
    if (event.t === 'line') onLine(event.text)
  }).catch((error: unknown) => {
    throw error instanceof MmhaError && error.code === 'SSH_LINK_LOST' ? linkLost(connection, doing, error) : error
  })
  const [done] = finished
  if (done?.code === 0) return done.output
  throw seedFailed(connection.name, doing, done?.output ?? '')
}

export function linkLost({ name, target }: Connection, doing: string, cause?: MmhaError): MmhaError {
  return new MmhaError(cause?.message ?? `the SSH connection to ${name} (${target.host}) was lost`, {
    code: 'SSH_LINK_LOST',
    source: 'user',
    exit: EXIT.unreachable,
    host: name,
    where: doing,
    hint: 'see whether the host is up, then run the same command again: it begins afresh, the pair serves meanwhile',
    cause,
  })
}

/**
 * MariaDB's client prints the statement that failed before its error: rows, or hashes of passwords.
 * @returns what it printed from its error on; all of it where there is none
 */
function withoutStatement(said: string): string {
  const at = said.search(/^ERROR \d+(?![\s\S]*^ERROR \d+)/m)
  return at < 0 ? said : said.slice(at)
}

/** @param said what the host printed: its last line tells */
export function seedFailed(host: string, doing: string, said: string): MmhaError {
  const lines = withoutStatement(said)
    .split('\n')
    .filter((line) => /[^\s-]/.test(line) && !line.startsWith('@@'))
  const last = lines.slice(-3).join(' | ').replace(NEAR, '')
  return new MmhaError(`could not ${doing}${last === '' ? '' : `: ${last}`}`, {
    code: 'SEED_FAILED',
    source: 'user',
    exit: EXIT.failed,
    host,
    where: doing,
    hint: `mend that on ${host} (${hintOf(last)}), then run the same command again: it begins afresh, the pair serves meanwhile`,
  })
}

function hintOf(said: string): string {
  if (/is full|errno: 28|No space left|Disk full/i.test(said)) return 'its disk is full: df -h'
  if (/ERROR (2002|2006|2013)|server went away|server has gone away|Lost connection to/i.test(said))
    return 'its server went away: journalctl, the error log'
  if (/ERROR (1045|1698)/.test(said)) return 'root must get in over the socket, or by /root/.my.cnf'
  return 'the message above is the host’s own'
}

/** Statements as root over the socket, out of the binary log and the general log. @returns rows of columns */
export async function sqlOn(
  connection: Connection,
  doing: string,
  statements: readonly (SqlText | string)[],
): Promise<readonly (readonly string[])[]> {
  const body = statements.map((one) => `${typeof one === 'string' ? one : revealedSql(one)};\n`).join('')
  const script = sh`${SQL_FUNCTIONS}sql <<'MMHA_END_OF_SQL'
SET SESSION sql_mode='', sql_log_bin=0, sql_log_off=1;
${body}MMHA_END_OF_SQL
`
  return rowsOf(await asRootOn(connection, doing, script))
}

/** What the client's --batch printed: tabs between columns, backslash escapes within them. */
export function rowsOf(output: string): readonly (readonly string[])[] {
  const lines = output.split('\n').filter((line) => line !== '')
  return lines.map((line) => line.split('\t').map((value) => value.replace(/\\([ntr0\\])/g, (_, c) => ESCAPES[c] ?? c)))
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' }
