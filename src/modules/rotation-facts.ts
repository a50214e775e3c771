import { FactLines } from './fact-lines.ts'
import {
  ACCOUNT_PROBE,
  type AccountFacts,
  CREDENTIAL_FUNCTIONS,
  type CredentialFile,
  credentialsFrom,
  type Login,
  PEER_FILE,
  parseAccounts,
  ROLE_FILE,
} from './mysql-account-facts.ts'

/** What the pair is changing over to; both accounts take it before anybody uses it. */
export const NEXT_FILE = '/etc/mmha/peer-next.cnf'
/** What the pair is coming from, until nobody uses it any more. */
export const FORMER_FILE = '/etc/mmha/peer-former.cnf'
export const NEXT_ROLE_FILE = '/etc/mmha/role-next.cnf'

/** Where a change of passwords has got to on one host. */
export interface RotationFacts {
  readonly accounts: AccountFacts
  readonly next: { readonly file: CredentialFile | null; readonly login: Login }
  /** Files of an earlier stage that are still there. */
  readonly leftovers: boolean
  /** The run that put the password there; '' where none did. */
  readonly replicationRun: string
  readonly roleRun: string
  /** There is a channel, and it has another password than the option file. */
  readonly channelDiffers: boolean
}

/** The line of an option file that says which rotation wrote it. */
export function rotationLine(run: string): string {
  return `# rotation=${run}\n`
}

/** After databaseProbe. */
export const ROTATION_PROBE = `${ACCOUNT_PROBE}${CREDENTIAL_FUNCTIONS}
credential_file next ${NEXT_FILE}
login next ${NEXT_FILE}
for left in ${NEXT_FILE} ${FORMER_FILE}; do [ ! -f "$left" ] || fact leftover "$left"; done
rotation_of() { [ ! -f "$2" ] || fact "$1" "$(sed -n 's/^# rotation=//p' "$2")"; }
rotation_of replication_run ${PEER_FILE}
rotation_of role_run ${ROLE_FILE}
`

export function parseRotation(stdout: string): RotationFacts {
  const facts = new FactLines(stdout)
  const [channel, file] = [facts.text('channel_password'), facts.text('file_password')]
  return {
    accounts: parseAccounts(stdout),
    next: credentialsFrom(facts, 'next'),
    leftovers: facts.texts('leftover').length > 0,
    replicationRun: facts.text('replication_run') ?? '',
    roleRun: facts.text('role_run') ?? '',
    channelDiffers: Object.keys(facts.record('channel')).length > 0 && channel !== file,
  }
}
