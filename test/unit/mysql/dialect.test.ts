import { describe, expect, it } from 'vitest'
import { type Capability, dialectOf, parseVersion, TELLING_COUNTERS } from '../../../src/mysql/dialect.ts'

const SERVERS = {
  '5.7': '5.7.44-log',
  '8.0 early': '8.0.19',
  '8.0': '8.0.36-28',
  '8.4': '8.4.3',
  '9.7': '9.7.4-2',
  '26.10': '26.10.0',
  'maria 10.6': '10.6.18-MariaDB',
  'maria 10.11': '10.11.19-MariaDB-0+deb12u1-log',
  'maria 11.8': '11.8.2-MariaDB-1',
  'maria 12': '12.0.2-MariaDB',
} as const
type Server = keyof typeof SERVERS

/** Which counters they have beside those of everybody: 9.7 and MariaDB as the lab's servers do, the others as their manuals. */
const FORMS: readonly (readonly [Server, readonly string[]])[] = [
  ['5.7', ['Com_change_master', 'Com_change_repl_filter', 'Com_show_master_status', 'Com_show_slave_status']],
  [
    '8.0',
    [
      'Com_change_master',
      'Com_change_replication_source',
      'Com_change_repl_filter',
      'Com_replica_start',
      'Com_show_master_status',
      'Com_show_replica_status',
      'Com_show_slave_status',
      'Com_slave_start',
    ],
  ],
  [
    '9.7',
    [
      'Com_change_replication_source',
      'Com_change_repl_filter',
      'Com_replica_start',
      'Com_show_binary_log_status',
      'Com_show_replica_status',
    ],
  ],
  ['maria 10.11', ['Com_change_master', 'Com_show_binlog_status', 'Com_show_slave_status', 'Com_start_slave']],
  ['maria 11.8', ['Com_change_master', 'Com_show_binlog_status', 'Com_show_slave_status', 'Com_start_slave']],
]
const FLAVOURS: Partial<Record<Server, string>> = { 'maria 10.11': 'MariaDB Server', 'maria 11.8': 'MariaDB Server' }

describe('versions', () => {
  it.each([
    ['9.7.4', [9, 7, 4]],
    ['8.0.36-28-debug', [8, 0, 36]],
    ['5.5.5-10.11.19-MariaDB', [10, 11, 19]],
    ['mysqld  Ver 8.4', [8, 4, 0]],
  ])('%s', (text, version) => {
    expect(parseVersion(text)).toEqual(version)
  })

  it('without a number are refused', () => {
    expect(() => parseVersion('unknown')).toThrow(RangeError)
  })

  it('the flavour may be in the comment only', () => {
    expect(dialectOf('10.11.19', 'mariadb.org binary distribution').flavour).toBe('mariadb')
    expect(dialectOf('8.0.36', 'Percona Server (GPL)').flavour).toBe('mysql')
  })
})

describe('what a server shows overrules its version', () => {
  it('a capability that was ported back, and one that a fork has dropped', () => {
    const old = dialectOf('5.7.44', '', ['super_read_only', 'admin_address', 'binlog_format'])
    expect([old.can('adminAddress'), old.can('gtidMode'), old.can('superReadOnly')]).toEqual([true, false, true])
    expect(old.adminDoor.variable).toBe('admin_address')
  })

  it('names follow what is there', () => {
    expect(dialectOf('8.0.19', '', ['log_replica_updates']).variable.logReplicaUpdates).toBe('log_replica_updates')
    expect(dialectOf('9.7.4', '', ['log_slave_updates']).variable.logReplicaUpdates).toBe('log_slave_updates')
  })

  it('what it was not asked for is still told by the version', () => {
    expect(dialectOf('9.7.4', '', []).statement.showBinaryLogStatus).toBe('SHOW BINARY LOG STATUS')
  })

  it.each(FORMS)('the forms of %s by its counters alone, whatever its number', (server, counters) => {
    const { statement, column, option, variable } = dialectOf(SERVERS[server])
    for (const version of ['5.1.3', '8.3.77', '26.10.0']) {
      const found = dialectOf(version, FLAVOURS[server], [
        'Com_select',
        ...counters,
        // Tells which function waits for a position.
        variable.logReplicaUpdates,
      ])
      expect({ statement: found.statement, column: found.column, option: found.option }).toEqual({
        statement,
        column,
        option,
      })
    }
  })

  it('a form is chosen for itself: a fork that has taken over only some', () => {
    const fork = dialectOf('8.0.19', '', ['Com_select', 'Com_replica_start', 'Com_show_slave_status'])
    expect([fork.statement.startReplica, fork.statement.changeSource]).toEqual(['START REPLICA', 'CHANGE MASTER TO'])
    expect([fork.column.ioRunning, fork.can('filterStatement')]).toEqual(['Slave_IO_Running', false])
  })

  it('a counter is one family’s word: a MariaDB that counts by the new words keeps its statements', () => {
    const { statement, column, can } = dialectOf('14.0.1-MariaDB', '', TELLING_COUNTERS)
    expect([statement, column]).toEqual([dialectOf('11.8.6-MariaDB').statement, dialectOf('11.8.6-MariaDB').column])
    expect(can('filterStatement')).toBe(false)
  })
})

it('files are copied by CLONE where it is, by mariadb-backup on MariaDB, and not at all on an old MySQL', () => {
  const ways = (version: string) => {
    const dialect = dialectOf(version)
    return [dialect.can('clone'), dialect.seeding.backup?.program]
  }
  expect(['5.7.44', '8.0.19', '9.7.4', '10.11.19-MariaDB', '11.8.6-MariaDB'].map(ways)).toEqual([
    [false, undefined],
    [true, undefined],
    [true, undefined],
    [false, 'mariadb-backup'],
    [false, 'mariadb-backup'],
  ])
})

describe('what a server calls it', () => {
  const rows: readonly [Server, string, string, string, string, string][] = [
    // server, set source, start, own position, wipe, applied log
    ['5.7', 'CHANGE MASTER TO', 'START SLAVE', 'SHOW MASTER STATUS', 'RESET MASTER', 'log_slave_updates'],
    ['8.0 early', 'CHANGE MASTER TO', 'START SLAVE', 'SHOW MASTER STATUS', 'RESET MASTER', 'log_slave_updates'],
    [
      '8.0',
      'CHANGE REPLICATION SOURCE TO',
      'START REPLICA',
      'SHOW MASTER STATUS',
      'RESET MASTER',
      'log_replica_updates',
    ],
    [
      '8.4',
      'CHANGE REPLICATION SOURCE TO',
      'START REPLICA',
      'SHOW BINARY LOG STATUS',
      'RESET BINARY LOGS AND GTIDS',
      'log_replica_updates',
    ],
    [
      '9.7',
      'CHANGE REPLICATION SOURCE TO',
      'START REPLICA',
      'SHOW BINARY LOG STATUS',
      'RESET BINARY LOGS AND GTIDS',
      'log_replica_updates',
    ],
    [
      '26.10',
      'CHANGE REPLICATION SOURCE TO',
      'START REPLICA',
      'SHOW BINARY LOG STATUS',
      'RESET BINARY LOGS AND GTIDS',
      'log_replica_updates',
    ],
    ['maria 10.11', 'CHANGE MASTER TO', 'START SLAVE', 'SHOW MASTER STATUS', 'RESET MASTER', 'log_slave_updates'],
    ['maria 11.8', 'CHANGE MASTER TO', 'START SLAVE', 'SHOW MASTER STATUS', 'RESET MASTER', 'log_slave_updates'],
  ]
  it.each(rows)('%s', (server, change, start, position, wipe, updates) => {
    const { statement, variable } = dialectOf(SERVERS[server])
    expect([
      statement.changeSource,
      statement.startReplica,
      statement.showBinaryLogStatus,
      statement.resetBinaryLogs,
      variable.logReplicaUpdates,
    ]).toEqual([change, start, position, wipe, updates])
  })

  it('MariaDB understands SLAVE in every version, and has the old columns', () => {
    const { statement, column } = dialectOf(SERVERS['maria 11.8'])
    expect([statement.showReplicaStatus, column.ioRunning, column.sourceHost]).toEqual([
      'SHOW SLAVE STATUS',
      'Slave_IO_Running',
      'Master_Host',
    ])
    expect(dialectOf(SERVERS['9.7']).column.ioRunning).toBe('Replica_IO_Running')
  })

  it('semi-sync: plugins by their new words, by the old ones, built in', () => {
    expect(dialectOf(SERVERS['9.7']).semiSync.plugins[0]).toBe('rpl_semi_sync_source=semisync_source.so')
    expect(dialectOf(SERVERS['5.7']).semiSync.plugins[0]).toBe('rpl_semi_sync_master=semisync_master.so')
    expect(dialectOf(SERVERS['maria 10.11']).semiSync.plugins).toEqual([])
  })
})

describe('capabilities', () => {
  const rows: readonly [Capability, readonly Server[]][] = [
    ['superReadOnly', ['5.7', '8.0 early', '8.0', '8.4', '9.7', '26.10']],
    ['publicKeyRequest', ['8.0 early', '8.0', '8.4', '9.7', '26.10']],
    ['verifiesCertificateByDefault', ['maria 11.8', 'maria 12']],
    ['retryCountPerChannel', ['5.7', '8.0 early', '8.0', '8.4', '9.7', '26.10', 'maria 12']],
    ['initRplRole', ['maria 10.11', 'maria 11.8', 'maria 12']],
    ['writesetTracking', ['8.0 early', '8.0']],
  ]
  it.each(rows)('%s', (capability, servers) => {
    const able = (Object.keys(SERVERS) as Server[]).filter((name) => dialectOf(SERVERS[name]).can(capability))
    expect(able).toEqual(servers)
  })

  it('a back-port counts in its own series only', () => {
    const can = (version: string) => dialectOf(`${version}-MariaDB`).can('initRplRole')
    expect(['10.6.18', '10.6.19', '10.7.9', '10.11.8', '10.11.9', '11.3.2', '11.4.3', '11.5.1'].map(can)).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
      true,
      true,
    ])
  })
})
