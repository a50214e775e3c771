import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { pairWords } from '../inventory/inventory.ts'
import { Secret } from '../inventory/secret.ts'
import { ROLE_USER } from '../mysql/account.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { type AccountName, acceptBoth, acceptOnly } from '../mysql/password-change.ts'
import { channelPassword } from './channel-password.ts'
import { databaseProbe } from './database-probe.ts'
import type { SecretSource } from './generated-secret.ts'
import type { Module, PlanContext } from './module.ts'
import { type CredentialFacts, fingerprintOf, PEER_FILE, ROLE_FILE } from './mysql-account-facts.ts'
import { optionFile, SQL_FUNCTIONS } from './mysql-client.ts'
import { withPasswordsOf } from './mysql-session.ts'
import { placeFile, restoreFile } from './placed-file.ts'
import {
  FORMER_FILE,
  NEXT_FILE,
  NEXT_ROLE_FILE,
  parseRotation,
  ROTATION_PROBE,
  type RotationFacts,
  rotationLine,
} from './rotation-facts.ts'
import { serverDialect } from './server-dialect.ts'
import { type Script, type Step, sh } from './step.ts'

export interface RotationParams {
  /**
   * role: the daemon's account, at once. The replication password in three stages, each a play: accept it beside the former
   * one, use it, forget the former one.
   */
  readonly stage: 'role' | 'accept' | 'use' | 'forget'
}

type Context = PlanContext<RotationFacts>

/** Placeholders: the host puts in what stands in the file. */
const [NEWER, OLDER] = [new Secret('the new password'), new Secret('the former password')]

/** Everything that stages have in common. */
interface Rotation {
  readonly context: Context
  readonly dialect: Dialect
  readonly source: SecretSource
  readonly run: string
  /** The account that the peer uses on this server. */
  readonly account: AccountName
}

/**
 * New passwords without a moment in which one is refused: a server takes the new one and the former one until nobody
 * uses that any more. What a run has done is said by the hosts (files, logins, the channel's password), so a run that
 * was cut is finished by the next one; `run` marks what this one has written.
 */
export function mysqlRotation(source: SecretSource, run: string): Module<RotationParams, RotationFacts> {
  return {
    name: 'mysql_rotation',
    params: z.strictObject({ stage: z.enum(['role', 'accept', 'use', 'forget']) }),
    shared: (context) => [databaseProbe(context)],
    probe: () => ROTATION_PROBE,
    parse: parseRotation,

    plan: ({ stage }, context) => {
      const { server } = context.facts
      checkServer(context)
      if (server === null) return []
      const { user } = context.inventory.replication
      const account = { user, host: context.peer.replicationAddress }
      const rotation = { context, dialect: serverDialect(server, context.mine.accounts), source, run, account }
      if (stage === 'role') return roleSteps(rotation)
      if (isDone(rotation)) return []
      if (stage === 'accept') return acceptSteps(rotation)
      if (stage === 'use') return [useStep(rotation)]
      checkUsed(rotation.context)
      return [forgetStep(rotation)]
    },
  }
}

/** @throws MmhaError when this host can't be changed now */
function checkServer(context: Context): void {
  const { accounts } = context.mine
  if (context.facts.server === null || accounts.server !== 'up')
    throw refuse(context, 'its database does not let root in', 'both servers are needed for new passwords')
  for (const [file, { login }] of [
    [PEER_FILE, accounts.replication],
    [ROLE_FILE, accounts.role],
  ] as const)
    if (login !== 'ok')
      throw refuse(
        context,
        login === 'denied'
          ? `the password in ${file} is refused`
          : `the password in ${file} could not be tried: the peer does not answer`,
        `make the pair whole first: mmha provision ${pairWords(context.inventory)}`,
      )
}

function refuse({ host, taskName }: Context, message: string, hint: string): MmhaError {
  const about = { source: 'user', exit: EXIT.refused, host: host.name, where: taskName } as const
  return new MmhaError(message, { code: 'ROTATION_REFUSED', ...about, hint })
}

function roleSteps({ context, dialect, source, run }: Rotation): Step[] {
  if (context.mine.roleRun === run) return []
  const account = { user: ROLE_USER, host: 'localhost' }
  const password = source(`rotation role ${context.host.name}`)
  const content = optionFile(
    { user: ROLE_USER, password, host: null, port: null },
    'The account of mmha-keepalived on this host',
  )
  const both = new Map([
    [NEWER, NEXT_ROLE_FILE],
    [OLDER, ROLE_FILE],
  ])
  const only = withPasswordsOf(new Map([[NEWER, ROLE_FILE]]), acceptOnly(dialect, account, NEWER))
  return [
    step(context, {
      title: 'new password of the daemon’s account',
      diff: [`~ account ${ROLE_USER}@localhost: password ***`, `~ ${ROLE_FILE} (0600 root)`],
      run: sh`${placeFile({ path: NEXT_ROLE_FILE, content: sh`${content}${rotationLine(run)}`, mode: '0600' })}${withPasswordsOf(both, acceptBoth(dialect, account, { newer: NEWER, older: OLDER }))}mv -f ${NEXT_ROLE_FILE} ${ROLE_FILE}
${only}`,
      undo: sh`${restoreFile(ROLE_FILE)}${only}`,
      writes: [ROLE_FILE],
    }),
  ]
}

/** Says the same on both hosts, as everything that is asked of both. */
function isDone({ context, run }: Rotation): boolean {
  const { mine, theirs, inventory } = context
  if (mine.leftovers || theirs.leftovers || mine.channelDiffers || theirs.channelDiffers) return false
  const given = inventory.replication.password
  if (given === null) return mine.replicationRun === run && theirs.replicationRun === run
  return [mine, theirs].every(({ accounts }) => uses(accounts.replication, fingerprintOf(given.reveal())))
}

function uses({ file }: CredentialFacts, fingerprint: string | undefined): boolean {
  return file !== null && file.fingerprint === fingerprint
}

/** Both servers take the new password already, and both hosts have it. */
function isAccepted({ mine, theirs }: Context): boolean {
  const same = mine.next.file !== null && mine.next.file.fingerprint === theirs.next.file?.fingerprint
  return same && mine.next.login === 'ok' && theirs.next.login === 'ok'
}

function acceptSteps({ context, dialect, source, run, account }: Rotation): Step[] {
  const { mine, theirs, inventory, host, peer } = context
  if (isAccepted(context) || (mine.replicationRun === run && theirs.replicationRun === run)) return []
  // Whoever has begun to use a password that the other does not know has both files: then it is accepted.
  if (!uses(theirs.accounts.replication, mine.accounts.replication.file?.fingerprint))
    throw refuse(
      context,
      `${host.name} and ${peer.name} have different passwords`,
      `mmha provision ${pairWords(inventory)} gives them one`,
    )
  const password = inventory.replication.password ?? source('rotation replication')
  const { user } = inventory.replication
  const content = optionFile(
    { user, password, host: peer.replicationAddress, port: inventory.server.port },
    `How this host reaches the database of ${peer.name}`,
  )
  const both = new Map([
    [NEWER, NEXT_FILE],
    [OLDER, PEER_FILE],
  ])
  const only = withPasswordsOf(new Map([[OLDER, PEER_FILE]]), acceptOnly(dialect, account, OLDER))
  const former = dialect.can('twoPasswords')
    ? 'the former one stays good'
    : 'the former one is refused from now on: this server takes one'
  return [
    step(context, {
      title: 'a new replication password is accepted',
      diff: [
        `~ account ${user}@${peer.replicationAddress}: a new password ***, ${former}`,
        `+ ${NEXT_FILE} (0600 root)`,
      ],
      run: sh`${placeFile({ path: NEXT_FILE, content: sh`${content}${rotationLine(run)}`, mode: '0600' })}${withPasswordsOf(both, acceptBoth(dialect, account, { newer: NEWER, older: OLDER }))}`,
      undo: sh`${only}${restoreFile(NEXT_FILE)}`,
      writes: [NEXT_FILE],
    }),
  ]
}

/** @throws MmhaError when the stage before has not been done, though its turn is over */
function checkUsed(context: Context): void {
  const { mine, theirs, peer, written, inventory } = context
  if (written !== undefined) return
  if (uses(theirs.accounts.replication, mine.accounts.replication.file?.fingerprint) && !theirs.channelDiffers) return
  const hint = `run all of it: mmha rotate-secrets ${pairWords(inventory)}`
  throw refuse(context, `${peer.name} still uses the former replication password`, hint)
}

function useStep({ context, dialect, run }: Rotation): Step {
  const { peer } = context
  return step(context, {
    title: 'the new replication password is used',
    diff: [`~ ${PEER_FILE} (0600 root)`, `~ channel from ${peer.name}: password ***; it stands still for a moment`],
    run: sh`${SQL_FUNCTIONS}
if [ -f ${NEXT_FILE} ]; then
  "$mysql_client" --defaults-file=${NEXT_FILE} --connect-timeout=5 --execute='DO 1' </dev/null
  if [ "$(grep '^password=' ${NEXT_FILE})" != "$(grep '^password=' ${PEER_FILE})" ]; then
    cp -p ${PEER_FILE} ${FORMER_FILE}.mmha-new
    sync ${FORMER_FILE}.mmha-new 2>/dev/null || :
    mv -f ${FORMER_FILE}.mmha-new ${FORMER_FILE}
  fi
  sed '/^# rotation=/d' ${NEXT_FILE} >${PEER_FILE}.mmha-new
  printf '%s' '${rotationLine(run)}' >>${PEER_FILE}.mmha-new
  sync ${PEER_FILE}.mmha-new 2>/dev/null || :
  mv -f ${PEER_FILE}.mmha-new ${PEER_FILE}
fi
${channelPassword(dialect, { awaited: true })}`,
    undo: sh`${restoreFile(PEER_FILE)}${restoreFile(FORMER_FILE)}${channelPassword(dialect, { awaited: false })}`,
    writes: [PEER_FILE, FORMER_FILE],
  })
}

function forgetStep({ context, dialect, account }: Rotation): Step {
  const { user, host } = account
  const both = new Map([
    [NEWER, PEER_FILE],
    [OLDER, FORMER_FILE],
  ])
  const again = withPasswordsOf(both, acceptBoth(dialect, account, { newer: NEWER, older: OLDER }))
  return step(context, {
    title: 'the former replication password is refused',
    diff: [`~ account ${user}@${host}: only the new password`, `- ${NEXT_FILE}`, `- ${FORMER_FILE}`],
    run: sh`${withPasswordsOf(new Map([[NEWER, PEER_FILE]]), acceptOnly(dialect, account, NEWER))}rm -f ${NEXT_FILE} ${FORMER_FILE}
`,
    undo: sh`${restoreFile(NEXT_FILE)}${restoreFile(FORMER_FILE)}[ ! -f ${FORMER_FILE} ] || {
${again}}
`,
    writes: [NEXT_FILE, FORMER_FILE],
  })
}

/** The pair's other half belongs to each of them: `--limit` would leave a change half done. */
function step(
  context: Context,
  made: {
    readonly title: string
    readonly diff: readonly string[]
    readonly run: Script
    readonly undo: Script
    readonly writes: readonly string[]
  },
): Step {
  const { taskId: id, host } = context
  return { ...made, id, host: host.name, diff: made.diff.join('\n'), impact: 'none', notify: [], together: true }
}
