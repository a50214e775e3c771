import { describe, expect, it } from 'vitest'
import { statementsOf, writes } from '../../lab/support/general-log.ts'

const MARIADB = `mariadbd, Version: 10.11.19-MariaDB. started with:
Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock
Time\t\t    Id Command\tArgument
261121 18:44:01\t    31 Connect\troot@localhost on  using Socket
\t\t    31 Query\tselect @@version
261121 18:44:02\t    32 Connect\tmmha_role@localhost on  using Socket
\t\t    32 Query\tDO 1
\t\t    31 Query\tSELECT
  1
\t\t    31 Quit\t
`
const MYSQL = `2026-11-21T18:44:01.000001Z\t    8 Connect\troot@localhost on  using Socket
2026-11-21T18:44:01.000002Z\t    8 Query\tCREATE USER a
`

describe('a general log', () => {
  it.each([
    ['MariaDB', MARIADB, ['root@localhost select @@version', 'mmha_role@localhost DO 1', 'root@localhost SELECT\n  1']],
    ['MySQL', MYSQL, ['root@localhost CREATE USER a\n']],
  ])('of %s says who sent what', (_, text, expected) => {
    expect(statementsOf(text).map((one) => `${one.user} ${one.text}`)).toEqual(expected)
  })

  it.each([
    ['SELECT 1', false],
    ['  /* why */ SHOW SLAVE STATUS', false],
    ['SET NAMES utf8mb4', false],
    ['SET SESSION wait_timeout = 5', false],
    ["(SELECT 'a; DROP TABLE t') UNION ALL (SELECT 1)", false],
    ['SELECT 1; SHOW STATUS;', false],
    ['SELECT 1; DROP TABLE t', true],
    ['(INSERT INTO t VALUES (1))', true],
    ['SET GLOBAL read_only = ON', true],
    ['SELECT * INTO OUTFILE "/tmp/x" FROM t', true],
    ['SELECT 1 FOR UPDATE', true],
    ['/*!40101 SET GLOBAL x = 1 */', true],
    ['CREATE USER a', true],
    ['FLUSH HOSTS', true],
    ['STOP SLAVE', true],
  ])('%s: writes? %s', (statement, expected) => {
    expect(writes(statement)).toBe(expected)
  })
})
