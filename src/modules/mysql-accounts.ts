import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Secret } from '../inventory/secret.ts'
import { ROLE_USER, replicationAccount, replicationPrivileges, roleAccount, rolePrivileges } from '../mysql/account.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { EPOCH_SCHEMA } from '../mysql/epoch.ts'
import { sqlAccount } from '../mysql/quote.ts'
import type { SqlText } from '../mysql/sql-text.ts'
import { databaseProbe } from './database-probe.ts'
import type { SecretSource } from './generated-secret.ts'
import type { Module, PlanContext } from './module.ts'
import {
  ACCOUNT_PROBE,
  type AccountFacts,
  type CredentialFacts,
  type CredentialFile,
  fingerprintOf,
  PEER_FILE,
  parseAccounts,
  ROLE_FILE,
} from './mysql-account-facts.ts'
import { optionFile } from './mysql-client.ts'
import { asRoot, passwordFrom } from './mysql-session.ts'
import { placeFile, restoreFile } from './placed-file.ts'
import { serverDialect } from './server-dialect.ts'
import { type Script, type Step, sh } from './step.ts'

type Context = PlanContext<AccountFacts>

/** Why both hosts need a new replication password; null: the one they have is good. Says the same on both hosts. */
function replicationReason({ mine, theirs, host, peer, inventory }: Context): string | null {
  const sides = [
    { name: host.name, facts: mine.replication, other: peer },
    { name: peer.name, facts: theirs.replication, other: host },
  ].sort((a, b) => a.name.localeCompare(b.name))
  const { password, user } = inventory.replication
  for (const { name, facts, other } of sides) {
    if (facts.file === null) return `${name} has no ${PEER_FILE}`
    if (!facts.account.exists) return `${name} has no account for ${other.name}`
    if (facts.login === 'denied') return `${name} can't log in to ${other.name}`
    if (facts.file.user !== user || facts.file.host !== other.replicationAddress)
      return `${name} has an old ${PEER_FILE}`
    if (facts.file.port !== String(inventory.server.port)) return `${name} has an old ${PEER_FILE}`
    if (password !== null && facts.file.fingerprint !== fingerprintOf(password.reveal())) {
      return `${name} has another password than the inventory`
    }
  }
  const [a, b] = sides
  return a?.facts.file?.fingerprint === b?.facts.file?.fingerprint ? null : 'the hosts have different passwords'
}

function roleReason({ mine }: Context): string | null {
  if (mine.role.file === null) return `no ${ROLE_FILE}`
  if (!mine.role.account.exists) return 'no account'
  if (mine.role.login === 'denied') return "it can't log in"
  return mine.schema ? null : 'no table mmha.epoch'
}

function openAccess(file: CredentialFile | null): boolean {
  return file !== null && file.access !== '600 root'
}

function checkPassword(password: Secret, context: Context): void {
  const text = password.reveal()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what an option file can't hold
  if (text.length > 0 && text.length <= 32 && !/[\u0000-\u001f\u007f]/.test(text)) return
  throw new MmhaError('the replication password must have 1 to 32 characters, none of them a control character', {
    code: 'PASSWORD_UNFIT',
    source: 'user',
    exit: EXIT.invalid,
    where: context.inventory.file,
    hint: 'leave replication.password out: one is generated and kept on the hosts',
  })
}

function step(
  context: Context,
  part: string,
  title: string,
  diff: readonly string[],
  run: Step['run'],
  undo: Step['undo'],
): Step {
  return {
    id: `${context.taskId}/${part}`,
    host: context.host.name,
    title,
    diff: diff.join('\n'),
    run,
    undo,
    impact: 'none',
    notify: [],
  }
}

function replicationStep(context: Context, dialect: Dialect, why: string, source: SecretSource): Step {
  const { inventory, peer } = context
  const { user } = inventory.replication
  const password = inventory.replication.password ?? source('replication')
  checkPassword(password, context)
  const account = `${user}@${peer.replicationAddress}`
  const statements = replicationAccount(dialect, { user, peer: peer.replicationAddress, password })
  const credentials = { user, host: peer.replicationAddress, port: inventory.server.port }
  const name = sqlAccount(user, peer.replicationAddress)
  const made = step(
    context,
    'replication',
    `new replication password (${why})`,
    [`+ account ${account}, password ***: ${replicationPrivileges(dialect).join(', ')}`, `+ ${PEER_FILE} (0600 root)`],
    sh`${asRoot(statements)}${secretFile(PEER_FILE, password, credentials, `How this host reaches the database of ${peer.name}`)}`,
    accountUndo(PEER_FILE, name, context.mine.replication, []),
  )
  return { ...made, together: true, writes: [PEER_FILE] }
}

function roleStep(context: Context, dialect: Dialect, why: string, source: SecretSource): Step {
  const password = source(`role ${context.host.name}`)
  const credentials = { user: ROLE_USER, host: null, port: null }
  const schema = context.mine.schema ? [] : ['DROP DATABASE IF EXISTS mmha']
  const made = step(
    context,
    'role',
    `account of the daemon (${why})`,
    [
      `+ account ${ROLE_USER}@localhost, password ***: ${rolePrivileges(dialect).join(', ')}`,
      `+ ${ROLE_FILE} (0600 root)`,
    ],
    sh`${asRoot([...EPOCH_SCHEMA, ...roleAccount(dialect, { password })])}${secretFile(ROLE_FILE, password, credentials, 'The account of mmha-keepalived on this host')}`,
    accountUndo(ROLE_FILE, sqlAccount(ROLE_USER, 'localhost'), context.mine.role, schema),
  )
  return { ...made, writes: [ROLE_FILE] }
}

/** An account that was there gets the password of its former file again; a new one goes. */
function accountUndo(file: string, account: string, before: CredentialFacts, schema: readonly string[]): Script {
  const restored = restoreFile(file)
  const drop = [...(before.account.exists ? [] : [`DROP USER IF EXISTS ${account}`]), ...schema]
  const dropped = drop.length === 0 ? sh`` : asRoot(drop)
  return before.account.exists && before.file !== null
    ? sh`${restored}${passwordFrom(file, account)}${dropped}`
    : sh`${restored}${dropped}`
}

function secretFile(
  path: string,
  password: Secret,
  credentials: { user: string; host: string | null; port: number | null },
  purpose: string,
): Step['run'] {
  return placeFile({ path, content: optionFile({ ...credentials, password }, purpose), mode: '0600' })
}

function grantsStep(
  context: Context,
  part: string,
  wanted: readonly string[],
  has: readonly string[],
  statements: readonly SqlText[],
): Step[] {
  const missing = wanted.filter((privilege) => !has.includes(privilege.toUpperCase()))
  if (missing.length === 0) return []
  const grants = statements.filter(({ parts }) => String(parts[0]).startsWith('GRANT'))
  return [
    step(context, `${part}-grants`, `privileges of the ${part} account`, [`+ ${missing.join(', ')}`], asRoot(grants), {
      none: 'what the daemon needs does no harm',
    }),
  ]
}

/**
 * The pair's two accounts on each host, and the root-only files that hold their passwords. A password is made where
 * none is, where the hosts disagree, or where it opens nothing; then it is new on both. It never leaves stdin.
 */
export function mysqlAccounts(source: SecretSource): Module<Record<string, never>, AccountFacts> {
  return {
    name: 'mysql_accounts',
    params: z.strictObject({}) as z.ZodType<Record<string, never>>,
    shared: (context) => [databaseProbe(context)],
    probe: () => ACCOUNT_PROBE,
    parse: parseAccounts,

    plan: (_params, context) => {
      const { facts, mine, host, peer, inventory } = context
      if (mine.server === 'denied') {
        throw new MmhaError('root may not log in to the database over its socket', {
          code: 'ROOT_DENIED',
          source: 'user',
          exit: EXIT.refused,
          host: host.name,
          where: context.taskName,
          hint: 'put user and password of an administrator into /root/.my.cnf (mode 0600) under [client]',
        })
      }
      if (facts.server === null || (mine.server === 'down' && facts.server.expected !== true)) return []
      const dialect = serverDialect(facts.server, mine)
      const steps: Step[] = []
      const open = [mine.replication.file, mine.role.file].some(openAccess)
      if (open) {
        const run = sh`chmod 0600 ${PEER_FILE} ${ROLE_FILE}\nchown root:root ${PEER_FILE} ${ROLE_FILE}\n`
        steps.push(
          step(context, 'access', 'only root may read the passwords', ['~ mode 0600, owner root'], run, {
            none: 'a password that others may read is not given back',
          }),
        )
      }
      const whyReplication = replicationReason(context)
      const { user } = inventory.replication
      const placeholder = source('grants only')
      if (whyReplication !== null) steps.push(replicationStep(context, dialect, whyReplication, source))
      else {
        const statements = replicationAccount(dialect, { user, peer: peer.replicationAddress, password: placeholder })
        const has = mine.replication.account.privileges
        steps.push(...grantsStep(context, 'replication', replicationPrivileges(dialect), has, statements))
      }
      const whyRole = roleReason(context)
      if (whyRole !== null) steps.push(roleStep(context, dialect, whyRole, source))
      else {
        const statements = roleAccount(dialect, { password: placeholder })
        steps.push(...grantsStep(context, 'role', rolePrivileges(dialect), mine.role.account.privileges, statements))
      }
      return steps
    },
  }
}
