import { expect, it } from 'vitest'
import { remade, rolesIn } from '../../../src/seeding/accounts.ts'

it('accounts that may be there are altered, and what MariaDB refuses at its start comes last', () => {
  expect(
    remade([
      'CREATE USER `root`@`localhost` IDENTIFIED VIA unix_socket',
      "CREATE USER `r`@`h` IDENTIFIED BY PASSWORD '*1 CREATE USER '",
      'GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION',
      "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION",
      'GRANT REPLICATION SLAVE ON *.* TO `r`@`h`',
    ]),
  ).toEqual([
    'CREATE USER IF NOT EXISTS `root`@`localhost` IDENTIFIED VIA unix_socket',
    'ALTER USER `root`@`localhost` IDENTIFIED VIA unix_socket',
    "CREATE USER IF NOT EXISTS `r`@`h` IDENTIFIED BY PASSWORD '*1 CREATE USER '",
    "ALTER USER `r`@`h` IDENTIFIED BY PASSWORD '*1 CREATE USER '",
    'GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION',
    'GRANT REPLICATION SLAVE ON *.* TO `r`@`h`',
    "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION",
  ])
})

it('an account without a password keeps none: MySQL would expire it, and lock root out of the copy', () => {
  const rest = 'REQUIRE NONE PASSWORD EXPIRE DEFAULT'
  const alter = (how: string) => remade([`CREATE USER \`root\`@\`localhost\` IDENTIFIED WITH ${how}`])[1]
  expect(alter(`'caching_sha2_password' ${rest}`)).toContain(`IDENTIFIED WITH 'caching_sha2_password' AS '' ${rest}`)
  for (const how of [`'caching_sha2_password' AS 0x2441 ${rest}`, `'auth_socket' ${rest}`])
    expect(alter(how)).toBe(`ALTER USER \`root\`@\`localhost\` IDENTIFIED WITH ${how}`)
})

it.each([
  [
    'GRANT `administrators`@`%`,`readers`@`10.%` TO `root`@`localhost` WITH ADMIN OPTION',
    ['administrators@%', 'readers@10.%'],
  ],
  ['GRANT `administrators` TO `root`@`localhost` WITH ADMIN OPTION', ['administrators']],
  ["GRANT administrators TO 'root'@'localhost'", ['administrators']],
  ['GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION', []],
  ['GRANT PROXY ON ``@`%` TO `root`@`localhost` WITH GRANT OPTION', []],
  ['SET DEFAULT ROLE `administrators` FOR `root`@`localhost`', []],
])('roles in %j', (row, roles) => {
  expect(rolesIn(row)).toEqual(roles)
})
