import type { Secret } from '../inventory/secret.ts'
import type { Dialect } from './dialect.ts'
import { sqlAccount } from './quote.ts'
import type { SqlText } from './sql-text.ts'

/** Whose password is changed. */
export interface AccountName {
  readonly user: string
  readonly host: string
}

/**
 * Statements after which an account takes two passwords, from whatever it took before. A server that takes one only
 * (`twoPasswords`) takes the newer.
 * @param newer,older string literals, put in as they are
 */
export function acceptBoth(
  dialect: Dialect,
  account: AccountName,
  { newer, older }: { readonly newer: Secret; readonly older: Secret },
): readonly SqlText[] {
  const alter = `ALTER USER ${sqlAccount(account.user, account.host)}`
  if (!dialect.can('twoPasswords')) return [{ parts: [`${alter} IDENTIFIED BY `, newer] }]
  return dialect.family.passwordPair === 'retained'
    ? [
        // What is retained is the first one: where that is not the older, it would be gone.
        { parts: [`${alter} IDENTIFIED BY `, older] },
        { parts: [`${alter} IDENTIFIED BY `, newer, ' RETAIN CURRENT PASSWORD'] },
      ]
    : [{ parts: [`${alter} IDENTIFIED VIA `, ...native(newer), ' OR ', ...native(older)] }]
}

function native(password: Secret): (string | Secret)[] {
  return ['mysql_native_password USING PASSWORD(', password, ')']
}

/** Statements after which an account takes this password and no other. @param password a string literal, put in as it is */
export function acceptOnly(dialect: Dialect, account: AccountName, password: Secret): readonly SqlText[] {
  const alter = `ALTER USER ${sqlAccount(account.user, account.host)}`
  const retains = dialect.can('twoPasswords') && dialect.family.passwordPair === 'retained'
  return [
    { parts: [`${alter} IDENTIFIED BY `, password] },
    ...(retains ? [{ parts: [`${alter} DISCARD OLD PASSWORD`] }] : []),
  ]
}

/** What stands before the password, a string literal, in the statement that gives a stopped channel a new one and nothing else. */
export function channelPasswordIs(dialect: Dialect): string {
  return `${dialect.statement.changeSource} ${dialect.option}_PASSWORD=`
}
