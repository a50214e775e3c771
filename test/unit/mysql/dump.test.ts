import { expect, it } from 'vitest'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { dumpOf, gtidsAt, momentOf } from '../../../src/mysql/dump.ts'

it.each([
  ['11.8.6-MariaDB', 'mariadb-dump', '--master-data=2', false],
  ['10.11.14-MariaDB', 'mariadb-dump', '--master-data=2', false],
  ['8.0.20', 'mysqldump', '--master-data=2', true],
  ['9.7.4', 'mysqldump', '--source-data=2', true],
])('the dump of %s is of one moment, and says of which', (version, program, position, gtids) => {
  const { command } = dumpOf(dialectOf(version), ['shop', 'it`s'])
  expect(command[0]).toBe(program)
  expect(command).toContain('--single-transaction')
  expect(command).toContain(position)
  expect(command.includes('--set-gtid-purged=ON')).toBe(gtids)
  expect(command.slice(-3)).toEqual(['--databases', 'shop', 'it`s'])
})

it('reads the moment as the servers write it', () => {
  expect(momentOf("-- CHANGE MASTER TO MASTER_LOG_FILE='binlog.000001', MASTER_LOG_POS=1306")).toEqual({
    kind: 'place',
    file: 'binlog.000001',
    position: 1306,
  })
  const uuid = '3e11fa47-71ca-11e1-9e33-c80aa9429562'
  expect(momentOf(`SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '${uuid}:1-5,\n${uuid.replace('3', '4')}:7'`)).toEqual({
    kind: 'gtids',
    executed: `${uuid}:1-5,${uuid.replace('3', '4')}:7`,
  })
  expect(momentOf(`SET @@GLOBAL.GTID_PURGED='${uuid}:1-5'`)).toEqual({ kind: 'gtids', executed: `${uuid}:1-5` })
  expect(momentOf('SET @@SESSION.SQL_LOG_BIN= 0')).toBeNull()
})

it('asks for the GTIDs of a place', () => {
  expect(gtidsAt({ file: 'binlog.000001', position: 1306 })).toBe("SELECT BINLOG_GTID_POS('binlog.000001', 1306)")
})
