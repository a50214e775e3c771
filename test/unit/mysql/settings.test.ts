import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { pairSettings, type SettingsInput, serverIdOf } from '../../../src/mysql/settings.ts'

const input: SettingsInput = { index: 0, address: '10.0.0.1', port: 3306, mode: 'gtid', semiSyncTimeout: 1000 }
const file = (version: string, over: Partial<SettingsInput> = {}) =>
  new Map(pairSettings(dialectOf(version), { ...input, ...over }).map(({ name, value }) => [name, value]))
const VERSIONS = ['5.7.44', '8.0.36', '8.4.3', '9.7.4', '10.6.18-MariaDB', '10.11.19-MariaDB', '11.8.2-MariaDB']

describe('server_id', () => {
  it.each([
    ['10.77.0.11', 172818443],
    ['0.0.0.1', 3],
    ['0.0.0.0', 2],
    ['255.255.255.255', 4294967295],
  ])('%s is %i', (address, id) => {
    expect(serverIdOf(address)).toBe(id)
  })

  it('is valid for every address, the same every time, and no two IPv4 of a subnet share one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const id = serverIdOf(address)
        expect(id).toBeGreaterThan(1)
        expect(id).toBeLessThanOrEqual(4294967295)
        expect(serverIdOf(address)).toBe(id)
      }),
    )
    expect(new Set(Array.from({ length: 256 }, (_, i) => serverIdOf(`10.0.0.${i}`))).size).toBe(256)
  })
})

describe('the option file', () => {
  it.each(VERSIONS)('%s: what every pair needs', (version) => {
    const settings = file(version, { index: 1, address: '10.0.0.2' })
    expect(Object.fromEntries(settings)).toMatchObject({
      server_id: String(serverIdOf('10.0.0.2')),
      auto_increment_increment: '2',
      auto_increment_offset: '2',
      sync_binlog: '1',
      innodb_flush_log_at_trx_commit: '1',
      read_only: 'ON',
      report_host: '10.0.0.2',
    })
    expect(settings.get('bind_address')).toMatch(/^(\*|0\.0\.0\.0)$/)
  })

  it.each([
    [
      '8.4.3',
      ['super_read_only', 'gtid_mode', 'enforce_gtid_consistency', 'skip_replica_start', 'log_replica_updates'],
    ],
    [
      '5.7.44',
      ['super_read_only', 'gtid_mode', 'skip_slave_start', 'log_slave_updates', 'binlog_format', 'expire_logs_days'],
    ],
    ['8.0.36', ['binlog_transaction_dependency_tracking']],
    ['10.11.19-MariaDB', ['gtid_strict_mode', 'gtid_domain_id', 'binlog_format', 'master_retry_count']],
  ])('%s has %j', (version, names) => {
    expect([...file(version).keys()]).toEqual(expect.arrayContaining(names))
  })

  it.each([
    [
      '9.7.4',
      [
        'binlog_format',
        'skip_slave_start',
        'gtid_strict_mode',
        'init_rpl_role',
        'binlog_transaction_dependency_tracking',
      ],
    ],
    ['10.6.18-MariaDB', ['super_read_only', 'gtid_mode', 'plugin_load_add']],
    // For each start anew: after a crash alone, what clients had an OK for must stay.
    ['11.8.2-MariaDB', ['init_rpl_role']],
  ])('%s has none of %j', (version, names) => {
    expect([...file(version).keys()].filter((name) => names.includes(name))).toEqual([])
  })

  it('both servers of a MariaDB pair are in one domain', () => {
    expect(file('11.8.2-MariaDB').get('gtid_domain_id')).toBe(
      file('11.8.2-MariaDB', { index: 1 }).get('gtid_domain_id'),
    )
  })

  it('what the daemon changes with the role is no drift', () => {
    const role = pairSettings(dialectOf('9.7.4'), input).filter(({ running }) => running === 'role')
    expect(role.map(({ name }) => name)).toEqual([
      'rpl_semi_sync_source_enabled',
      'rpl_semi_sync_source_timeout',
      'read_only',
      'super_read_only',
      'event_scheduler',
    ])
  })

  it('position mode keeps GTIDs: histories are compared by them', () => {
    expect(file('8.0.36', { mode: 'position' }).get('gtid_mode')).toBe('ON')
  })

  it('every setting says why', () => {
    for (const version of VERSIONS) {
      for (const setting of pairSettings(dialectOf(version), input)) expect(setting.reason).not.toBe('')
    }
  })
})
