import { expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { cloneAccount, cloneInstance, whyNoClone } from '../../../src/mysql/clone.ts'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { maskedSql, revealedSql } from '../../../src/mysql/sql-text.ts'

const login = { from: '10.0.0.2', host: '10.0.0.1', port: 3306, password: new Secret("it's"), tls: true }

it('the account may read the server as a backup does, from the target alone, over TLS', () => {
  expect(cloneAccount(login).map(revealedSql)).toEqual([
    "DROP USER IF EXISTS 'mmha_clone'@'10.0.0.2'",
    "CREATE USER 'mmha_clone'@'10.0.0.2' IDENTIFIED BY 'it''s' REQUIRE SSL",
    "GRANT BACKUP_ADMIN ON *.* TO 'mmha_clone'@'10.0.0.2'",
  ])
})

it('the password shows nowhere', () => {
  expect([...cloneAccount(login), ...cloneInstance(login, null)].map(maskedSql).join()).not.toContain("it''s")
})

it.each([
  [null, 0],
  [20e6, 19],
  [0.2e6, 1],
])('%s bytes a second: clone_max_data_bandwidth=%s', (throttle, mib) => {
  expect(cloneInstance(login, throttle).map(revealedSql)).toEqual([
    "SET GLOBAL clone_valid_donor_list='10.0.0.1:3306'",
    `SET GLOBAL clone_max_data_bandwidth=${mib}`,
    "CLONE INSTANCE FROM 'mmha_clone'@'10.0.0.1':3306 IDENTIFIED BY 'it''s' REQUIRE SSL",
  ])
})

it('without TLS where the source has none', () => {
  expect(
    cloneInstance({ ...login, tls: false }, null)
      .map(revealedSql)
      .at(-1),
  ).toMatch(/REQUIRE NO SSL$/)
})

// dev.mysql.com/doc/refman/8.4/en/clone-plugin-remote.html: prerequisites
it.each([
  ['9.7.4', '9.7.4', true],
  ['9.7.3', '9.7.4', true],
  ['8.0.37', '8.0.42', true],
  ['8.0.36', '8.0.36', true],
  ['8.0.36', '8.0.37', false],
  ['8.0.42', '8.4.1', false],
  ['9.6.0', '9.7.0', false],
  ['8.0.16', '8.0.16', false],
  ['5.7.44', '5.7.44', false],
  ['11.8.6-MariaDB', '11.8.6-MariaDB', false],
])('%s onto %s: %s', (source, target, fits) => {
  expect(whyNoClone(dialectOf(source), dialectOf(target)) === null).toBe(fits)
})
