import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import {
  type ChannelSettings,
  type ChannelStatus,
  changeSource,
  readChannel,
  refusalOf,
} from '../../../src/mysql/channel.ts'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { maskedSql, revealedSql } from '../../../src/mysql/sql-text.ts'

const settings: ChannelSettings = {
  host: '10.0.0.2',
  port: 3306,
  user: 'repl',
  password: new Secret("pa'ss"),
  connectRetry: 1,
  heartbeat: 2,
  position: 'gtid',
  tls: false,
}
const change = (version: string, over: Partial<ChannelSettings> = {}) =>
  maskedSql(changeSource(dialectOf(version), { ...settings, ...over }))

describe('changing the source', () => {
  const modern =
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST='10.0.0.2', SOURCE_PORT=3306, SOURCE_USER='repl', SOURCE_PASSWORD=***, SOURCE_CONNECT_RETRY=1, SOURCE_HEARTBEAT_PERIOD=2, SOURCE_RETRY_COUNT=86400"
  const old =
    "CHANGE MASTER TO MASTER_HOST='10.0.0.2', MASTER_PORT=3306, MASTER_USER='repl', MASTER_PASSWORD=***, MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=2"
  it.each([
    ['9.7.4', {}, `${modern}, SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1`],
    ['9.7.4', { tls: true }, `${modern}, SOURCE_AUTO_POSITION=1, SOURCE_SSL=1`],
    [
      '9.7.4',
      { position: { file: 'binlog.000002', position: 157 } },
      `${modern}, SOURCE_LOG_FILE='binlog.000002', SOURCE_LOG_POS=157, SOURCE_AUTO_POSITION=0, GET_SOURCE_PUBLIC_KEY=1`,
    ],
    ['8.0.19', {}, `${old}, MASTER_RETRY_COUNT=86400, MASTER_AUTO_POSITION=1, GET_MASTER_PUBLIC_KEY=1`],
    ['5.7.44', {}, `${old}, MASTER_RETRY_COUNT=86400, MASTER_AUTO_POSITION=1`],
    ['10.11.19-MariaDB', {}, `${old}, MASTER_USE_GTID=slave_pos`],
    [
      '10.11.19-MariaDB',
      { position: { file: 'b.1', position: 4 } },
      `${old}, MASTER_LOG_FILE='b.1', MASTER_LOG_POS=4, MASTER_USE_GTID=no`,
    ],
    [
      '11.8.2-MariaDB',
      { tls: 'verified' },
      `${old}, MASTER_USE_GTID=slave_pos, MASTER_SSL=1, MASTER_SSL_VERIFY_SERVER_CERT=1`,
    ],
    ['11.8.2-MariaDB', {}, `${old}, MASTER_USE_GTID=slave_pos, MASTER_SSL_VERIFY_SERVER_CERT=0`],
    [
      '11.8.2-MariaDB',
      { tls: true },
      `${old}, MASTER_USE_GTID=slave_pos, MASTER_SSL=1, MASTER_SSL_VERIFY_SERVER_CERT=0`,
    ],
  ] satisfies [string, Partial<ChannelSettings>, string][])('%s %j', (version, over, statement) => {
    expect(change(version, over)).toBe(statement)
  })

  it('the password reaches the server, quoted', () => {
    expect(revealedSql(changeSource(dialectOf('9.7.4'), settings))).toContain("SOURCE_PASSWORD='pa''ss',")
  })
})

describe('reading a channel', () => {
  it('no row: no channel', () => {
    expect(readChannel(dialectOf('9.7.4'), undefined)).toBeNull()
  })

  it('MySQL, stopped by the applier', () => {
    const row = {
      Source_Host: '10.0.0.2',
      Source_Port: '3306',
      Source_User: 'repl',
      Replica_IO_Running: 'Connecting',
      Replica_SQL_Running: 'No',
      Connect_Retry: '1',
      Auto_Position: '1',
      Relay_Source_Log_File: 'binlog.000003',
      Exec_Source_Log_Pos: '157',
      Retrieved_Gtid_Set: '',
      Last_IO_Errno: '2003',
      Last_IO_Error: "can't connect",
      Last_SQL_Errno: '1062',
      Last_SQL_Error: 'duplicate',
      Seconds_Behind_Source: null,
    }
    expect(readChannel(dialectOf('9.7.4'), row)).toMatchObject({
      host: '10.0.0.2',
      io: 'connecting',
      sqlRunning: false,
      autoPosition: true,
      applied: { file: 'binlog.000003', position: 157 },
      ioError: { code: 2003, message: "can't connect" },
      sqlError: { code: 1062, message: 'duplicate' },
      secondsBehind: null,
    })
  })

  it('MariaDB, running', () => {
    const row = {
      Master_Host: 'm2',
      Slave_IO_Running: 'Yes',
      Slave_SQL_Running: 'Yes',
      Using_Gtid: 'Slave_Pos',
      Gtid_IO_Pos: '0-2-7',
      Last_IO_Errno: '0',
      Last_SQL_Errno: '0',
      Seconds_Behind_Master: '0',
    }
    expect(readChannel(dialectOf('11.8.2-MariaDB'), row)).toMatchObject({
      host: 'm2',
      io: 'running',
      sqlRunning: true,
      autoPosition: true,
      receivedGtids: '0-2-7',
      ioError: null,
      secondsBehind: 0,
    })
  })
})

describe('why an applier can’t go on', () => {
  const stopped = (code: number) => ({ sqlRunning: false, sqlError: { code, message: 'why' } }) as ChannelStatus
  it.each([
    [1062, 'error 1062: why'],
    [1032, 'error 1032: why'],
    [3819, 'error 3819: why'],
    // Passes: a lock, a full disk, a source that was not there.
    [1205, null],
    [1114, null],
    [2003, null],
  ])('error %i: %s', (code, expected) => {
    expect(refusalOf(stopped(code))).toBe(expected)
  })

  it('nothing, while it runs or where it was only stopped', () => {
    expect(refusalOf({ ...stopped(1062), sqlRunning: true })).toBeNull()
    expect(refusalOf({ ...stopped(1062), sqlError: null })).toBeNull()
    expect(refusalOf(null)).toBeNull()
  })
})
