import { describe, expect, it } from 'vitest'
import { databaseProbe } from '../../../src/modules/database-probe.ts'
import { type MysqlConfigFacts, mysqlConfig } from '../../../src/modules/mysql-config.ts'
import { masked } from '../../../src/modules/step.ts'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { pairSettings } from '../../../src/mysql/settings.ts'
import { checkSh, context, INVENTORY, M1, M2, MARIADB, MYSQL, shSyntax, written } from './pair-context.ts'

const PROBE = { inventory: INVENTORY, host: M1, peer: M2 }
const PATH = '/etc/mysql/mysql.conf.d/zz-mmha.cnf'
const FRESH_MYSQL: MysqlConfigFacts = {
  shown: null,
  directories: ['/etc/mysql/mysql.conf.d'],
  file: null,
  fileIsNewer: false,
  replicates: false,
  channelRuns: false,
  daemonRuns: false,
  seeding: false,
  running: {
    bind_address: '127.0.0.1',
    port: '3306',
    server_id: '1',
    report_host: '',
    auto_increment_increment: '1',
    auto_increment_offset: '1',
    log_bin: 'ON',
    log_replica_updates: 'ON',
    binlog_expire_logs_seconds: '2592000',
    gtid_mode: 'ON',
    enforce_gtid_consistency: 'ON',
    sync_binlog: '1',
    innodb_flush_log_at_trx_commit: '1',
    relay_log_recovery: 'OFF',
    skip_replica_start: 'OFF',
    replica_net_timeout: '60',
    super_read_only: 'OFF',
    binlog_format: 'ROW',
    persisted_globals_load: 'ON',
    admin_address: '',
  },
}
const FRESH_MARIADB: MysqlConfigFacts = {
  shown: null,
  directories: ['/etc/mysql/mariadb.conf.d'],
  file: null,
  fileIsNewer: false,
  replicates: false,
  channelRuns: false,
  daemonRuns: false,
  seeding: false,
  running: {
    bind_address: '127.0.0.1',
    port: '3306',
    server_id: '1',
    report_host: '',
    auto_increment_increment: '1',
    auto_increment_offset: '1',
    log_bin: 'OFF',
    log_slave_updates: 'OFF',
    binlog_expire_logs_seconds: '864000',
    binlog_format: 'MIXED',
    sync_binlog: '0',
    innodb_flush_log_at_trx_commit: '1',
    relay_log_recovery: 'OFF',
    skip_slave_start: 'OFF',
    slave_net_timeout: '60',
    gtid_domain_id: '0',
    slave_parallel_threads: '0',
  },
}

function plan(server: typeof MYSQL, facts: MysqlConfigFacts, changes = {}) {
  return mysqlConfig.plan({}, context(server, facts, facts, changes))
}

/** Facts of a host on which the planned file stands and the server runs by it. */
function settled(server: typeof MYSQL, fresh: MysqlConfigFacts, changes = {}): MysqlConfigFacts {
  const file = plan(server, fresh, changes).find(({ id }) => id.endsWith('/file'))
  const content =
    /MMHA_END_OF_FILE'\n([\s\S]*)MMHA_END_OF_FILE/.exec(file === undefined ? '' : masked(file.run))?.[1] ?? ''
  const pairs = [...content.matchAll(/^(\w+) = (.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const)
  const running = {
    ...fresh.running,
    ...Object.fromEntries(pairs),
    ...(content.includes('log_bin') ? { log_bin: 'ON' } : {}),
  }
  const path = server.flavour === 'mysql' ? PATH : '/etc/mysql/mariadb.conf.d/zz-mmha.cnf'
  return { ...fresh, file: { path, content }, running }
}

describe('mysql_config', () => {
  it.each([
    ['mysql-9.7', MYSQL, FRESH_MYSQL],
    ['mariadb-10.11', MARIADB, FRESH_MARIADB],
  ] as const)('plans a fresh %s: the file, then one restart', async (name, server, facts) => {
    const steps = plan(server, facts)
    expect(steps.map(({ id, impact }) => [id, impact])).toEqual([
      ['play/task/file', 'none'],
      ['play/task/restart', 'restart'],
    ])
    checkSh(steps)
    await expect(written(steps)).toMatchFileSnapshot(`../../golden/mysql_config/fresh-${name}.txt`)
  })

  it('has nothing to do where file and running values are as they should be', () => {
    expect(plan(MYSQL, settled(MYSQL, FRESH_MYSQL))).toEqual([])
    expect(plan(MARIADB, settled(MARIADB, FRESH_MARIADB))).toEqual([])
  })

  it('gives each host its own identity', () => {
    const facts = settled(MYSQL, FRESH_MYSQL)
    const steps = plan(MYSQL, facts, { host: M2, peer: M1 })
    expect(steps[0]?.diff).toContain('server_id: 172818443 → 172818444')
    expect(steps[0]?.diff).toContain('auto_increment_offset: 1 → 2')
  })

  it('sets what a running server can take without a restart, and takes it back on undo', async () => {
    const facts = settled(MYSQL, FRESH_MYSQL)
    const steps = plan(MYSQL, { ...facts, running: { ...facts.running, sync_binlog: '0', replica_net_timeout: '60' } })
    expect(steps.map(({ id, impact }) => [id, impact])).toEqual([['play/task/set', 'none']])
    checkSh(steps)
    await expect(written(steps)).toMatchFileSnapshot('../../golden/mysql_config/drift-dynamic.txt')
  })

  it('leaves what the daemon changes with the role', () => {
    const facts = settled(MYSQL, FRESH_MYSQL)
    const holder = {
      read_only: 'OFF',
      super_read_only: 'OFF',
      event_scheduler: 'ON',
      rpl_semi_sync_source_enabled: 'ON',
    }
    expect(plan(MYSQL, { ...facts, running: { ...facts.running, ...holder } })).toEqual([])
  })

  it('finishes a run that died between file and restart', () => {
    const facts = { ...settled(MYSQL, FRESH_MYSQL), running: FRESH_MYSQL.running }
    expect(plan(MYSQL, facts).map(({ id }) => id)).toEqual(['play/task/restart'])
  })

  it('leaves a server alone that runs by the options of a copy that was cut: whoever copies restarts it', () => {
    const ids = (facts: Partial<MysqlConfigFacts>) => plan(MYSQL, { ...FRESH_MYSQL, ...facts }).map(({ id }) => id)
    expect(ids({})).toEqual(['play/task/file', 'play/task/restart'])
    expect(ids({ seeding: true })).toEqual(['play/task/file'])
    expect(ids({ seeding: true, running: null })).toEqual(['play/task/file'])
    expect(mysqlConfig.parse('seeding\tyes\n').seeding).toBe(true)
  })

  it('restarts for a start option that has no running value, once', () => {
    const inventory = { ...INVENTORY, server: { ...INVENTORY.server, settings: { innodb_buffer_pool_size: '2G' } } }
    const facts = settled(MYSQL, FRESH_MYSQL)
    const steps = plan(MYSQL, facts, { inventory })
    expect(steps.map(({ id }) => id)).toEqual(['play/task/file', 'play/task/restart'])
    const after = settled(MYSQL, FRESH_MYSQL, { inventory })
    expect(plan(MYSQL, after, { inventory })).toEqual([])
    expect(plan(MYSQL, { ...after, fileIsNewer: true }, { inventory }).map(({ id }) => id)).toEqual([
      'play/task/restart',
    ])
  })

  it('says the restart for a setting that goes before anything is written, and needs none for a value that can be set', () => {
    const own = (settings: Record<string, string>) => ({
      inventory: { ...INVENTORY, server: { ...INVENTORY.server, settings } },
    })
    const both = settled(MYSQL, FRESH_MYSQL, own({ back_log: '200', sync_binlog: '10' }))
    const gone = plan(MYSQL, both, own({ sync_binlog: '10' }))
    expect(gone.map(({ id }) => id)).toEqual(['play/task/file', 'play/task/restart'])
    expect(gone[1]?.diff).toBe('- back_log = 200')
    expect(masked(gone[0]?.run ?? { parts: [] })).not.toContain('touch -r')
    const other = plan(MYSQL, both, own({ back_log: '200', sync_binlog: '20' }))
    expect(other.map(({ id }) => id)).toEqual(['play/task/file', 'play/task/set'])
    expect(masked(other[0]?.run ?? { parts: [] })).toContain('touch -r')
  })

  it('restarts the holder of a pair that serves when the other one follows and has taken the address', () => {
    const stale = { ...settled(MYSQL, FRESH_MYSQL), fileIsNewer: true, daemonRuns: true, channelRuns: true }
    const text = (facts: MysqlConfigFacts, theirs = facts) => {
      const steps = mysqlConfig.plan({}, context(MYSQL, facts, theirs))
      checkSh(steps)
      return masked(steps[0]?.run ?? { parts: [] })
    }
    const order = ['not whole after 60 s', 'mmha-keepalived ctl leave', 'systemctl restart'].map((part) =>
      text(stale).indexOf(part),
    )
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order).not.toContain(-1)
    // Nobody is there to take it, or nobody has it.
    for (const alone of [text(stale, { ...stale, daemonRuns: false }), text({ ...stale, daemonRuns: false })])
      expect(alone).not.toContain('leave')
    expect(text({ ...stale, running: null })).not.toContain('leave')
  })

  it('starts a server that does not answer', () => {
    const steps = plan(MYSQL, { ...settled(MYSQL, FRESH_MYSQL), running: null })
    expect(steps.map(({ id, impact, title }) => [id, impact, title])).toEqual([
      ['play/task/restart', 'none', 'start mysql'],
    ])
  })

  it('keeps the name of a binary log that is being written', () => {
    expect(masked(plan(MYSQL, FRESH_MYSQL)[0]?.run ?? { parts: [] })).not.toContain('log_bin')
    expect(masked(plan(MARIADB, FRESH_MARIADB)[0]?.run ?? { parts: [] })).toContain('\nlog_bin = binlog\n')
  })

  it("refuses the inventory's word against the pair's safety, and takes it otherwise", () => {
    const withSettings = (settings: Record<string, string>) => ({
      inventory: { ...INVENTORY, server: { ...INVENTORY.server, settings } },
    })
    expect(() => plan(MYSQL, FRESH_MYSQL, withSettings({ 'super-read-only': 'OFF' }))).toThrow(
      'super_read_only is not for',
    )
    expect(() => plan(MYSQL, FRESH_MYSQL, withSettings({ port: '3307' }))).toThrow('port is not for')
    const steps = plan(MYSQL, FRESH_MYSQL, withSettings({ sync_binlog: '10' }))
    expect(steps[0]?.diff).toContain('sync_binlog: 1 → 10 (dynamic; from the inventory)')
  })

  it('probes every variable that a setting of any dialect has', () => {
    shSyntax(mysqlConfig.probe({}, PROBE))
    const names = new RegExp(/Variable_name REGEXP '([^']+)'/.exec(databaseProbe(PROBE))?.[1] ?? '')
    for (const version of [
      '5.7.44',
      '8.0.45',
      '8.4.7',
      '9.7.4',
      '10.6.20-MariaDB',
      '10.11.19-MariaDB',
      '11.8.3-MariaDB',
    ]) {
      const settings = pairSettings(dialectOf(version), {
        index: 0,
        address: '10.0.0.1',
        port: 3306,
        mode: 'gtid',
        semiSyncTimeout: 1000,
      })
      const fixed = settings.filter(({ running }) => running === 'fixed').map(({ name }) => name)
      expect(fixed.filter((name) => !names.test(name))).toEqual([])
    }
  })

  it('reads what its probe prints', () => {
    const content = Buffer.from('[mysqld]\n').toString('base64')
    const stdout = `directory\t/etc/mysql/mysql.conf.d\nfile\t${PATH}\t${content}\nstarted\t1000\nwritten\t1001\nvariable\tserver_id\t7\nvariable\treport_host\t\nchannel\tMaster_Host\tm2\ndaemon\tyes\n`
    expect(mysqlConfig.parse(stdout)).toEqual({
      shown: ['server_id', 'report_host'],
      directories: ['/etc/mysql/mysql.conf.d'],
      file: { path: PATH, content: '[mysqld]\n' },
      fileIsNewer: true,
      replicates: true,
      channelRuns: false,
      daemonRuns: true,
      seeding: false,
      running: { server_id: '7', report_host: '' },
    })
    expect(mysqlConfig.parse('started\t1001\nwritten\t1001\n').fileIsNewer).toBe(false)
    expect(mysqlConfig.parse('')).toEqual({
      shown: null,
      directories: [],
      file: null,
      fileIsNewer: false,
      replicates: false,
      channelRuns: false,
      daemonRuns: false,
      seeding: false,
      running: null,
    })
  })
})
