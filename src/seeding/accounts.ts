import type { Connection } from '../hosts/connection.ts'
import { Secret } from '../inventory/secret.ts'
import { ROLE_USER } from '../mysql/account.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { sqlAccount, sqlString } from '../mysql/quote.ts'
import type { SqlText } from '../mysql/sql-text.ts'
import { sqlOn } from './remote.ts'

interface Account {
  readonly user: string
  readonly host: string
  readonly role: boolean
}

/** Accounts that belong to one host: the server's own, its administrator's, and the pair's. */
function isLocal({ user, host }: Account, replicationUser: string): boolean {
  if ([ROLE_USER, replicationUser, 'PUBLIC', 'mariadb.sys', 'debian-sys-maint', ''].includes(user)) return true
  return user.startsWith('mysql.') || (host === 'localhost' && ['root', 'mysql'].includes(user))
}

function name({ user, host, role }: Account, dialect: Dialect): string {
  return role && dialect.flavour === 'mariadb' ? sqlString(user) : sqlAccount(user, host)
}

async function accountsOf(
  connection: Connection,
  dialect: Dialect,
  replicationUser: string,
): Promise<readonly Account[]> {
  const role = dialect.flavour === 'mariadb' ? "is_role = 'Y'" : '0'
  const rows = await sqlOn(connection, 'read the accounts', [`SELECT user, host, ${role} FROM mysql.user`])
  return rows
    .map(([user = '', host = '', isRole]) => ({ user, host, role: isRole === '1' }))
    .filter((account) => !isLocal(account, replicationUser))
}

/** The statements that make the accounts of one host on the other: with its hashes, so they are secrets. */
export async function accountStatements(
  source: Connection,
  target: Connection,
  dialect: Dialect,
  replicationUser: string,
): Promise<readonly SqlText[]> {
  const [wanted, old] = await Promise.all([
    accountsOf(source, dialect, replicationUser),
    accountsOf(target, dialect, replicationUser),
  ])
  const drops = old.map((account) => `DROP ${word(account, dialect)} IF EXISTS ${name(account, dialect)}`)
  if (wanted.length === 0) return drops.map((text) => ({ parts: [text] }))
  const hex = dialect.can('clone') ? ['SET SESSION print_identified_with_as_hex=ON'] : []
  const users = wanted.filter(({ role }) => !(role && dialect.flavour === 'mariadb'))
  const creates = (
    await sqlOn(source, 'read the accounts', [...hex, ...users.map((one) => `SHOW CREATE USER ${name(one, dialect)}`)])
  ).map(([statement = '']) => statement)
  const grants = (
    await sqlOn(
      source,
      'read the privileges',
      wanted.map((one) => `SHOW GRANTS FOR ${name(one, dialect)}`),
    )
  ).map(([statement = '']) => statement)
  const roles = wanted.filter((one) => !users.includes(one)).map((one) => `CREATE ROLE ${name(one, dialect)}`)
  const defaults = users.flatMap((one, i) => defaultRoles(creates[i] ?? '', name(one, dialect)))
  const plain = creates.map((statement) => statement.replace(DEFAULT_ROLE, ''))
  return [...drops, ...roles, ...plain, ...grants, ...defaults].map((text) => ({ parts: [new Secret(text)] }))
}

/** A role that is a default has to be there and be granted first. */
const DEFAULT_ROLE = / DEFAULT ROLE (.*?)(?= REQUIRE )/

function defaultRoles(create: string, account: string): string[] {
  const roles = DEFAULT_ROLE.exec(create)?.[1]
  return roles === undefined ? [] : [`ALTER USER ${account} DEFAULT ROLE ${roles}`]
}

function word({ role }: Account, dialect: Dialect): 'ROLE' | 'USER' {
  return role && dialect.flavour === 'mariadb' ? 'ROLE' : 'USER'
}
