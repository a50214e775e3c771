/**
 * Global privileges of the session that was asked, from the rows of a plain `SHOW GRANTS`: without FOR it shows what the
 * session's roles bring, too (MySQL: all that are active; MariaDB: the current one and those granted to it; measured on 9.7
 * and 10.11). information_schema.USER_PRIVILEGES knows nothing of roles.
 * @returns has(name): a name in upper case, as GRANT takes it
 */
export function globalPrivileges(rows: readonly string[]): { has(name: string): boolean } {
  const names = new Set<string>()
  for (const row of rows) {
    const list = /^GRANT (.*?) ON \*\.\* TO /.exec(row)?.[1] ?? ''
    for (const name of list.split(',')) names.add(name.trim().toUpperCase())
  }
  const all = names.has('ALL PRIVILEGES') || names.has('ALL')
  return { has: (name) => all || names.has(name) }
}

/** An account or a role, and what was granted to it. */
export interface Grant {
  readonly account: string
  readonly name: string
}

export interface Holder {
  readonly account: string
  readonly privilege: string
  /** null: granted to the account itself. */
  readonly role: string | null
}

/**
 * Who has a privilege, by which role. Pure.
 * @param direct privileges of accounts and roles
 * @param roles which account or role may take which role, by itself or by SET ROLE
 * @returns a line for each account and privilege; roles only as the way to one
 */
export function holders(
  direct: readonly Grant[],
  roles: readonly Grant[],
  isRole: (account: string) => boolean,
): readonly Holder[] {
  const members = new Map<string, string[]>()
  for (const { account, name } of roles) members.set(name, [...(members.get(name) ?? []), account])
  return direct.flatMap(({ account, name: privilege }): Holder[] => {
    if (!isRole(account)) return [{ account, privilege, role: null }]
    const reached = new Set([account])
    // A set grows while it is walked.
    for (const role of reached) for (const member of members.get(role) ?? []) reached.add(member)
    return [...reached].filter((one) => !isRole(one)).map((one) => ({ account: one, privilege, role: account }))
  })
}
