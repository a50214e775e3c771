import { describe, expect, it } from 'vitest'
import { globalPrivileges, holders } from '../../../src/mysql/privileges.ts'

describe('global privileges of a session', () => {
  it('by a role of a role, as MariaDB 10.11 says it', () => {
    const has = globalPrivileges([
      'GRANT `outer_r` TO `root2`@`localhost`',
      'GRANT USAGE ON *.* TO `root2`@`localhost` IDENTIFIED BY PASSWORD ***',
      'GRANT `dba` TO `outer_r`',
      'GRANT USAGE ON *.* TO `outer_r`',
      'GRANT ALL PRIVILEGES ON *.* TO `dba` WITH GRANT OPTION',
      'SET DEFAULT ROLE `outer_r` FOR `root2`@`localhost`',
    ])
    expect(has.has('RELOAD')).toBe(true)
  })

  it('by an active role, as MySQL 9.7 says it: static ones and dynamic ones', () => {
    const has = globalPrivileges([
      'GRANT SELECT, INSERT, RELOAD, CREATE USER ON *.* TO `root2`@`localhost` WITH GRANT OPTION',
      'GRANT BACKUP_ADMIN,CLONE_ADMIN ON *.* TO `root2`@`localhost` WITH GRANT OPTION',
      'GRANT `outer_r`@`%` TO `root2`@`localhost`',
    ])
    expect(['RELOAD', 'CREATE USER', 'CLONE_ADMIN'].every((name) => has.has(name))).toBe(true)
    expect(has.has('SUPER')).toBe(false)
  })

  it('a role that is granted and not active, and privileges in a schema, count nothing', () => {
    const has = globalPrivileges([
      'GRANT USAGE ON *.* TO `root3`@`localhost`',
      'GRANT ALL PRIVILEGES ON `shop`.* TO `root3`@`localhost`',
      'GRANT `outer_r`@`%` TO `root3`@`localhost`',
    ])
    expect(has.has('SELECT')).toBe(false)
  })
})

describe('who has a privilege', () => {
  const roles = new Set(['dba', 'outer'])
  it('directly, by a role, by a role of a role; a circle ends', () => {
    const found = holders(
      [
        { account: "'root'@'localhost'", name: 'SUPER' },
        { account: 'dba', name: 'READ_ONLY ADMIN' },
      ],
      [
        { account: 'outer', name: 'dba' },
        { account: 'dba', name: 'outer' },
        { account: "'app'@'%'", name: 'outer' },
      ],
      (account) => roles.has(account),
    )
    expect(found).toEqual([
      { account: "'root'@'localhost'", privilege: 'SUPER', role: null },
      { account: "'app'@'%'", privilege: 'READ_ONLY ADMIN', role: 'dba' },
    ])
  })
})
