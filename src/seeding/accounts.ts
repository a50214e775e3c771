import type { Connection } from '../hosts/connection.ts'
import { Secret } from '../inventory/secret.ts'
import { ROLE_USER } from '../mysql/account.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { sqlAccount, sqlString } from '../mysql/quote.ts'
import { revealedSql, type SqlText } from '../mysql/sql-text.ts'
import { sqlOn } from './remote.ts'

interface Account {
  readonly user: string
  readonly host: string
  /** MariaDB's kind, which has no host. MySQL's roles are accounts. */
  readonly role: boolean
}

/** The server's own, the same on every server of its version. */
function isBuiltIn({ user }: Account): boolean {
  return ['PUBLIC', 'mariadb.sys', ''].includes(user) || user.startsWith('mysql.')
}

/** Accounts that belong to one host: its administrator's, and the pair's. */
function isLocal({ user, host }: Account, replicationUser: string): boolean {
  if ([ROLE_USER, replicationUser, 'debian-sys-maint'].includes(user)) return true
  return host === 'localhost' && ['root', 'mysql'].includes(user)
}

function name({ user, host, role }: Account): string {
  return role ? sqlString(user) : sqlAccount(user, host)
}

async function accountsOf(connection: Connection, dialect: Dialect): Promise<readonly Account[]> {
  const { roleColumn } = dialect.seeding
  const role = roleColumn === null ? '0' : `${roleColumn} = 'Y'`
  const rows = await sqlOn(connection, 'read the accounts', [`SELECT user, host, ${role} FROM mysql.user`])
  return rows
    .map(([user = '', host = '', isRole]) => ({ user, host, role: isRole === '1' }))
    .filter((account) => !isBuiltIn(account))
}

/** The statements that make the accounts of one host on the other: with its hashes, so they are secrets. */
export async function accountStatements(
  source: Connection,
  target: Connection,
  dialect: Dialect,
  replicationUser: string,
): Promise<readonly SqlText[]> {
  const [theirs, all] = await Promise.all([source, target].map((one) => accountsOf(one, dialect)))
  const own = all?.filter((account) => isLocal(account, replicationUser)) ?? []
  const old = all?.filter((account) => !own.includes(account)) ?? []
  const kept = await rolesOf(target, own, old)
  const wanted = theirs?.filter((account) => !isLocal(account, replicationUser)) ?? []
  const made = await making(source, wanted, dialect)
  return [
    ...dropping(old.filter((account) => !kept.includes(account))),
    ...(kept.length === 0 ? made : made.map((text) => ({ parts: [new Secret(unlessThere(revealedSql(text)))] }))),
  ]
}

/** Those that a host's own accounts have as roles, by themselves or by another role: dropped, they would lock its administrator out. */
async function rolesOf(
  host: Connection,
  own: readonly Account[],
  others: readonly Account[],
): Promise<readonly Account[]> {
  const found: Account[] = []
  let asked = own
  while (asked.length > 0) {
    const rows = await sqlOn(
      host,
      'read the privileges',
      asked.map((one) => `SHOW GRANTS FOR ${name(one)}`),
    )
    const roles = rows.flatMap(([row = '']) => rolesIn(row))
    asked = others.filter(
      (one) => !found.includes(one) && roles.includes(one.role ? one.user : `${one.user}@${one.host}`),
    )
    found.push(...asked)
  }
  return found
}

/** The roles that a row of SHOW GRANTS gives, without quotes. */
export function rolesIn(row: string): readonly string[] {
  const list = /^GRANT (?!.* ON )(.*?) TO /.exec(row)?.[1]
  return list === undefined ? [] : list.split(',').map((role) => role.trim().replaceAll(/[`']/g, ''))
}

function unlessThere(statement: string): string {
  return statement.replace(/^CREATE (USER|ROLE) /, 'CREATE $1 IF NOT EXISTS ')
}

/**
 * The statements that give a copy with the source's accounts in it those of its own host again: with their hashes, so
 * they are secrets.
 */
export async function ownAccountStatements(
  source: Connection,
  target: Connection,
  dialect: Dialect,
  replicationUser: string,
): Promise<readonly SqlText[]> {
  const of = async (connection: Connection) =>
    (await accountsOf(connection, dialect)).filter((account) => isLocal(account, replicationUser))
  const [theirs, own] = await Promise.all([of(source), of(target)])
  const named = new Set(own.map(name))
  const statements = remade((await making(target, own, dialect)).map(revealedSql))
  return [
    ...dropping(theirs.filter((account) => !named.has(name(account)))),
    ...statements.map((text) => ({ parts: [new Secret(text)] })),
  ]
}

/**
 * Accounts as they were, in a server that may have them already: altered, not made anew, since MariaDB refuses GRANT
 * PROXY while it starts and reads no further; so those come last.
 */
export function remade(statements: readonly string[]): readonly string[] {
  const all = statements.flatMap((text) =>
    CREATE_USER.test(text) ? [text.replace(CREATE_USER, 'CREATE USER IF NOT EXISTS '), altered(text)] : [text],
  )
  return [...all.filter((text) => !GRANT_PROXY.test(text)), ...all.filter((text) => GRANT_PROXY.test(text))]
}

const CREATE_USER = /^CREATE USER /
/** MySQL expires the password of an account that is altered with a plugin for passwords and none given. */
const NO_PASSWORD = /( IDENTIFIED WITH '(?:caching_sha2_password|sha256_password|mysql_native_password)')(?! AS | BY )/

function altered(create: string): string {
  return create.replace(CREATE_USER, 'ALTER USER ').replace(NO_PASSWORD, "$1 AS ''")
}

const GRANT_PROXY = /^GRANT PROXY /

function dropping(accounts: readonly Account[]): readonly SqlText[] {
  const drops = new Set(accounts.map((account) => `DROP ${word(account)} IF EXISTS ${name(account)}`))
  return [...drops].map((text) => ({ parts: [text] }))
}

/** What makes accounts as they are on a host. */
async function making(host: Connection, wanted: readonly Account[], dialect: Dialect): Promise<readonly SqlText[]> {
  if (wanted.length === 0) return []
  const hex = dialect.can('clone') ? ['SET SESSION print_identified_with_as_hex=ON'] : []
  const users = wanted.filter(({ role }) => !role)
  const creates = (
    await sqlOn(host, 'read the accounts', [...hex, ...users.map((one) => `SHOW CREATE USER ${name(one)}`)])
  ).map(([statement = '']) => statement)
  const grants = (
    await sqlOn(
      host,
      'read the privileges',
      wanted.map((one) => `SHOW GRANTS FOR ${name(one)}`),
    )
  ).map(([statement = '']) => statement)
  const roles = wanted.filter((one) => !users.includes(one)).map((one) => `CREATE ROLE ${name(one)}`)
  const defaults = users.flatMap((one, i) => defaultRoles(creates[i] ?? '', name(one)))
  const plain = creates.map((statement) => statement.replace(DEFAULT_ROLE, ''))
  return [...roles, ...plain, ...grants, ...defaults].map((text) => ({ parts: [new Secret(text)] }))
}

/** A role that is a default has to be there and be granted first. */
const DEFAULT_ROLE = / DEFAULT ROLE (.*?)(?= REQUIRE )/

function defaultRoles(create: string, account: string): string[] {
  const roles = DEFAULT_ROLE.exec(create)?.[1]
  return roles === undefined ? [] : [`ALTER USER ${account} DEFAULT ROLE ${roles}`]
}

function word({ role }: Account): 'ROLE' | 'USER' {
  return role ? 'ROLE' : 'USER'
}
