import { describe, expect, it } from 'vitest'
import { type AdoptionFacts, keepEqual } from '../../../src/modules/handmade-pair.ts'
import { type MysqlConfigFacts, mysqlConfig } from '../../../src/modules/mysql-config.ts'
import { mysqlLateRestart } from '../../../src/modules/mysql-late-restart.ts'
import { masked } from '../../../src/modules/step.ts'
import { checkSh, context, hostFacts, M1, M2, MYSQL } from './pair-context.ts'

const A = '86ce665c-e550-11f1-ad7a-02ab03741ecf'
const B = '8e29c36a-e550-11f1-87a3-02cafa17b0a9'

const ONE: AdoptionFacts = {
  shown: null,
  up: true,
  uuid: A,
  serverId: '1',
  gtids: `${A}:1-100,${B}:1-8`,
  schemas: ['shop'],
  epochs: 0,
  channel: { Source_Server_Id: '2', Replica_IO_Running: 'Yes', Replica_SQL_Running: 'Yes' },
  channelPassword: '',
  filePassword: '',
  tls: true,
  position: null,
  variables: { gtid_mode: 'ON' },
  ownCertificate: false,
  binlogFilters: [],
}
const TWO: AdoptionFacts = {
  ...ONE,
  uuid: B,
  serverId: '2',
  gtids: `${A}:1-90,${B}:1-8`,
  channel: { ...ONE.channel, Source_Server_Id: '1' },
}
const STOPPED = { Replica_IO_Running: 'No', Replica_SQL_Running: 'No', Last_SQL_Errno: '0', Last_IO_Errno: '0' }

describe('a pair made by hand', () => {
  it('keeps itself equal while it runs, also in the middle of writes', () => {
    expect(keepEqual('mysql', ONE, TWO)).toBe(true)
    expect(keepEqual('mysql', TWO, ONE)).toBe(true)
  })

  it('does so still where a restart has stopped the channel of the one that has nothing of its own', () => {
    const stopped = { ...TWO, channel: { ...TWO.channel, ...STOPPED } }
    expect(keepEqual('mysql', ONE, stopped)).toBe(true)
    expect(keepEqual('mysql', stopped, ONE)).toBe(true)
    expect(keepEqual('mysql', ONE, { ...stopped, gtids: `${A}:1-90,${B}:1-9` })).toBe(false)
    expect(keepEqual('mysql', ONE, { ...stopped, channel: { ...stopped.channel, Last_SQL_Errno: '1062' } })).toBe(false)
  })

  it('may be one master and one slave, whose own transactions nobody fetches', () => {
    const slave = { ...TWO, gtids: `${A}:1-90` }
    expect(keepEqual('mysql', { ...ONE, gtids: `${A}:1-100`, channel: null }, slave)).toBe(true)
    expect(keepEqual('mysql', { ...ONE, gtids: `${A}:1-100`, channel: null }, TWO)).toBe(false)
  })

  it('is none where the channel comes from another server, or where the pair is ours', () => {
    const elsewhere = { ...TWO, channel: { ...TWO.channel, Source_Server_Id: '7' } }
    expect(keepEqual('mysql', { ...ONE, channel: null }, elsewhere)).toBe(false)
    expect(keepEqual('mysql', { ...ONE, epochs: 1 }, TWO)).toBe(false)
  })
})

describe('restarts of a pair made by hand', () => {
  const facts = (id: string): MysqlConfigFacts => ({
    shown: null,
    directories: ['/etc/mysql/mysql.conf.d'],
    file: null,
    fileIsNewer: false,
    replicates: true,
    channelRuns: true,
    daemonRuns: false,
    seeding: false,
    running: { server_id: id, relay_log_recovery: 'OFF', log_bin: 'ON' },
  })
  const seen = (changes = {}) => context(MYSQL, facts('1'), facts('2'), changes)
  const standby = { host: M2, peer: M1, mine: facts('2'), theirs: facts('1') }
  const ids = (steps: readonly { id: string }[]) => steps.map(({ id }) => id)

  it('keeps numbers that the two know each other by', () => {
    expect(mysqlConfig.plan({}, seen())[0]?.diff).toContain('server_id: 1 (kept')
    const same = context(MYSQL, facts('1'), facts('1'))
    expect(mysqlConfig.plan({}, same)[0]?.diff).toContain('server_id: 1 → 172818443')
  })

  it('restarts the standby first and lets its channel go on; where clients write, only when the daemons run', () => {
    const [, restart] = mysqlConfig.plan({}, seen(standby))
    expect(masked(restart?.run ?? { parts: [] })).toContain('START REPLICA')
    expect(ids(mysqlConfig.plan({}, seen()))).toEqual(['play/task/file'])
    const planned = { written: new Set<string>() }
    expect(ids(mysqlLateRestart.plan({ timeout: 60 }, seen(planned)))).toEqual(['play/task/restart'])
    expect(ids(mysqlLateRestart.plan({ timeout: 60 }, seen({ ...standby, ...planned })))).toEqual([])
  })

  it('waits with the holder’s until accounts and channels are mended, when the daemons run already', () => {
    const daemons = { mine: { ...facts('1'), daemonRuns: true }, theirs: { ...facts('2'), daemonRuns: true } }
    const restart = ['play/task/file', 'play/task/restart']
    expect(ids(mysqlConfig.plan({}, seen(daemons)))).toEqual(restart)
    const parted = { ...daemons, mine: { ...daemons.mine, channelRuns: false } }
    expect(ids(mysqlConfig.plan({}, seen(parted)))).toEqual(['play/task/file'])
    expect(ids(mysqlConfig.plan({}, seen({ ...standby, mine: parted.theirs, theirs: parted.mine })))).toEqual(restart)
    expect(ids(mysqlLateRestart.plan({ timeout: 60 }, seen(parted)))).toEqual(['play/task/restart'])
  })

  it('the VIP tells where clients write, else the order in the inventory', () => {
    const nics = [{ name: 'host0', up: true, mac: '', addresses: ['10.77.0.100/24'] }]
    const vip = { peerFacts: hostFacts(M2.address, MYSQL, { nics }) }
    expect(ids(mysqlConfig.plan({}, seen(vip)))).toEqual(['play/task/file', 'play/task/restart'])
  })

  it('hands over before the late restart, and has nothing to do after it', () => {
    const daemons = { mine: { ...facts('1'), daemonRuns: true }, theirs: { ...facts('2'), daemonRuns: true } }
    const steps = mysqlLateRestart.plan({ timeout: 60 }, seen(daemons))
    checkSh(steps)
    const script = masked(steps[0]?.run ?? { parts: [] })
    expect(script.indexOf('ctl leave')).toBeGreaterThan(0)
    expect(script.indexOf('ctl leave')).toBeLessThan(script.indexOf('systemctl restart'))
    // Another pair's restart stands in its own place, in the plan that is shown.
    expect(mysqlLateRestart.plan({ timeout: 60 }, seen({ ...daemons, written: new Set<string>() }))).toEqual([])
  })
})
