import { expect, it } from 'vitest'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { adoptHistory, applyUntil, awaitMoment, openMoment } from '../../../src/mysql/moment.ts'

const [mariadb, mysql, old] = ['11.8.6-MariaDB', '9.7.4', '5.7.44'].map((version) => dialectOf(version)) as [
  ReturnType<typeof dialectOf>,
  ReturnType<typeof dialectOf>,
  ReturnType<typeof dialectOf>,
]

it('one moment: MariaDB asks nobody to wait, MySQL for a second at most', () => {
  expect(openMoment(mariadb).join('; ')).not.toMatch(/LOCK/)
  const statements = openMoment(mysql)
  const at = (start: string) => statements.findIndex((text) => text.startsWith(start))
  const order = ['SET SESSION lock_wait_timeout=1', 'FLUSH TABLES', 'START TRANSACTION', 'SELECT', 'UNLOCK'].map(at)
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(order).not.toContain(-1)
})

it('replicates up to a moment', () => {
  expect(applyUntil(mariadb, '0-1-5')).toBe("START SLAVE UNTIL MASTER_GTID_POS='0-1-5'")
  expect(applyUntil(mysql, 'a:1-5')).toBe("START REPLICA UNTIL SQL_AFTER_GTIDS='a:1-5'")
  expect(applyUntil(old, 'a:1-5')).toBe("START SLAVE UNTIL SQL_AFTER_GTIDS='a:1-5'")
  expect(awaitMoment(mariadb, '0-1-5', 5)).toBe("SELECT MASTER_GTID_WAIT('0-1-5', 5)")
  expect(awaitMoment(mysql, 'a:1-5', 5)).toBe("SELECT WAIT_FOR_EXECUTED_GTID_SET('a:1-5', 5)")
})

it('a copy takes on the history of its source', () => {
  expect(adoptHistory(mariadb, { executed: '0-2-4,0-1-5', position: '0-1-5' })).toEqual([
    'RESET MASTER',
    "SET GLOBAL gtid_binlog_state='0-2-4,0-1-5'",
    "SET GLOBAL gtid_slave_pos='0-1-5'",
  ])
  expect(adoptHistory(mysql, { executed: 'a:1-5', position: '' })).toEqual([
    'RESET BINARY LOGS AND GTIDS',
    "SET GLOBAL gtid_purged='a:1-5'",
  ])
})
