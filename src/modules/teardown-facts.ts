import type { Setting } from '../mysql/settings.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { ROLE_SCRIPT } from './keepalived-engine.ts'
import { BUILT_UNIT, DROP_IN } from './keepalived-role.ts'
import { PEER_FILE, ROLE_FILE } from './mysql-account-facts.ts'
import { OPTION_FILES } from './mysql-option-file.ts'
import { type ShowsItself, shownNames } from './server-dialect.ts'

/** What a server is after its pair: it takes the writes, follows the one that does, or neither. */
export type Role = 'source' | 'replica' | 'alone'

export interface TeardownFacts extends ShowsItself {
  /** Our option file. */
  readonly file: { readonly path: string; readonly content: string } | null
  /** Written into that file by a teardown; null: none has begun here. */
  readonly role: Role | null
  readonly daemonRuns: boolean
  readonly daemonEnabled: boolean
  /** keepalived itself. */
  readonly keepalivedRuns: boolean
  readonly keepalivedEnabled: boolean
  readonly installed: boolean
  /** Files of ours that are there. */
  readonly left: readonly string[]
  readonly readOnly: boolean
  readonly channel: boolean
  readonly channelRuns: boolean
  readonly roleAccount: boolean
  /** For the peer. */
  readonly replicationAccount: boolean
  /** mmha.epoch is there. */
  readonly schema: boolean
}

const FILES = [
  '/etc/keepalived/keepalived.conf',
  '/etc/keepalived/mmha-notify.sh',
  '/etc/keepalived/mmha-check-mysql.sh',
  ROLE_SCRIPT,
  DROP_IN,
  BUILT_UNIT,
  ...['mysql', 'mysqld', 'mariadb'].map((unit) => `/etc/systemd/system/${unit}.service.d/mmha.conf`),
  ROLE_FILE,
  PEER_FILE,
]

export const TEARDOWN_PROBE = `${FACT_FUNCTIONS}
for path in ${OPTION_FILES.join(' ')}; do fact_file file "$path"; done
for path in ${FILES.join(' ')}; do [ ! -e "$path" ] || fact left "$path"; done
for unit in mmha-keepalived.service keepalived.service; do
  if systemctl is-enabled --quiet $unit 2>/dev/null; then fact enabled $unit; fi
done
case $(dpkg-query --show --showformat='\${db:Status-Status}' mmha-keepalived 2>/dev/null) in
  ''|not-installed) ;;
  *) fact installed yes ;;
esac
`

const MARK = /^# mmha teardown: this server (takes the writes|follows|is alone)\./m
const WORDS: Readonly<Record<Role, string>> = { source: 'takes the writes', replica: 'follows', alone: 'is alone' }

/** The line of an option file that says what the server is to be. */
export function roleMark(role: Role): string {
  return `this server ${WORDS[role]}`
}

export function parseTeardown(stdout: string): TeardownFacts {
  const facts = new FactLines(stdout)
  const file = facts.file('file')
  const words = MARK.exec(file?.content ?? '')?.[1]
  const role = (['source', 'replica', 'alone'] as const).find((one) => WORDS[one] === words) ?? null
  const accounts = grantedAccounts(facts)
  const readOnly = facts.text('read_only') ?? ''
  return {
    shown: shownNames(facts),
    file,
    role,
    daemonRuns: facts.flag('daemon'),
    daemonEnabled: facts.texts('enabled').includes('mmha-keepalived.service'),
    keepalivedRuns: facts.flag('keepalived'),
    keepalivedEnabled: facts.texts('enabled').includes('keepalived.service'),
    installed: facts.flag('installed'),
    left: facts.texts('left'),
    readOnly: readOnly === '1' || readOnly === 'ON',
    channel: facts.rows('channel').length > 0,
    channelRuns: facts.text('channel_threads') === '2',
    roleAccount: accounts.has('role'),
    replicationAccount: accounts.has('replication'),
    schema: facts.text('epochs') !== null,
  }
}

function grantedAccounts(facts: FactLines): Set<string> {
  const found = new Set<string>()
  let current = ''
  for (const [name, value] of facts.sequence()) {
    if (name === 'account') current = value
    else if (name === 'grant') found.add(current)
  }
  return found
}

/**
 * Our option file without what only the daemon can bear: each setting is a comment with its reason, then a line.
 * @param closed what keeps a server closed, for one that an earlier run, which was cut, had made the source
 */
export function withoutRole(content: string, role: Role, closed: readonly Setting[] = []): string {
  const [, ...rest] = content.split('\n')
  const text = rest.join('\n').replaceAll(/\n# [^\n]*\nskip_(?:replica|slave)_start = [^\n]*\n/g, '')
  const head = `# mmha teardown: ${roleMark(role)}. The file is yours now.\n`
  if (role !== 'replica')
    return head + text.replaceAll(/\n# [^\n]*\n(super_read_only|read_only|event_scheduler) = [^\n]*\n/g, '')
  const missing = closed.filter(({ name }) => CLOSES.test(name) && !text.includes(`\n${name} = `))
  return head + text + missing.map(({ name, value, reason }) => `\n# ${reason}\n${name} = ${value}\n`).join('')
}

const CLOSES = /^(super_read_only|read_only|event_scheduler)$/
