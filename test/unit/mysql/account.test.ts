import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { bootstrapStatements, replicationPrivileges, rolePrivileges } from '../../../src/mysql/account.ts'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { maskedSql } from '../../../src/mysql/sql-text.ts'

const bootstrap = (version: string) =>
  bootstrapStatements(dialectOf(version), {
    replication: { user: 'repl', peer: '10.0.0.2', password: new Secret('a') },
    role: { password: new Secret('b') },
  }).map(maskedSql)

describe('accounts', () => {
  it('MySQL: everything without a trace in the binlog, each account where it belongs', () => {
    const statements = bootstrap('9.7.4')
    expect(statements[0]).toBe('SET SESSION sql_log_bin=0')
    expect(statements.slice(3)).toEqual([
      "CREATE USER IF NOT EXISTS 'repl'@'10.0.0.2' IDENTIFIED BY ***",
      "ALTER USER 'repl'@'10.0.0.2' IDENTIFIED BY ***",
      "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'repl'@'10.0.0.2'",
      "GRANT SELECT ON mmha.* TO 'repl'@'10.0.0.2'",
      "CREATE USER IF NOT EXISTS 'mmha_role'@'localhost' IDENTIFIED BY ***",
      "ALTER USER 'mmha_role'@'localhost' IDENTIFIED BY ***",
      "GRANT PROCESS, REPLICATION CLIENT, REPLICATION_SLAVE_ADMIN, SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN, REPLICATION SLAVE, SUPER, EVENT, SET_ANY_DEFINER, SYSTEM_USER ON *.* TO 'mmha_role'@'localhost'",
      "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON mmha.* TO 'mmha_role'@'localhost'",
      "GRANT SELECT ON performance_schema.* TO 'mmha_role'@'localhost'",
    ])
  })

  it.each([
    ['5.7.44', false],
    ['9.7.4', false],
    ['10.3.1-MariaDB', false],
    ['10.11.19-MariaDB', true],
  ])('%s: SLAVE MONITOR %s', (version, has) => {
    const dialect = dialectOf(version)
    expect(replicationPrivileges(dialect).includes('SLAVE MONITOR')).toBe(has)
    expect(rolePrivileges(dialect).includes('SLAVE MONITOR')).toBe(has)
  })

  it.each([
    ['5.7.44', ['EVENT']],
    ['8.0.36', ['EVENT', 'SET_USER_ID', 'SYSTEM_USER']],
    ['9.7.4', ['EVENT', 'SET_ANY_DEFINER', 'SYSTEM_USER']],
    ['10.11.19-MariaDB', ['EVENT', 'SET USER']],
  ])('%s: turns on events that others have defined', (version, expected) => {
    const ofEvents = /^(EVENT|SET[_ ].*|SYSTEM_USER)$/
    expect(rolePrivileges(dialectOf(version)).filter((one) => ofEvents.test(one))).toEqual(expected)
  })

  it('nobody gets everything', () => {
    for (const version of ['5.7.44', '9.7.4', '10.11.19-MariaDB']) {
      expect(bootstrap(version).join('\n')).not.toMatch(/GRANT ALL|WITH GRANT OPTION/)
    }
  })
})
