import { describe, expect, it } from 'vitest'
import { type GtidsFacts, type GtidsParams, pairGtids } from '../../../src/modules/pair-gtids.ts'
import { masked } from '../../../src/modules/step.ts'
import { checkSh, context, MARIADB, MYSQL } from './pair-context.ts'

const STAGES = ['permit', 'begin', 'settle', 'only'] as const

function server(id: '1' | '2', mode: string, changes: Partial<GtidsFacts> = {}): GtidsFacts {
  const running = { gtid_mode: mode, enforce_gtid_consistency: 'OFF', server_id: id }
  return {
    shown: null,
    up: true,
    uuid: `u${id}`,
    serverId: id,
    gtids: '',
    schemas: ['shop'],
    epochs: 0,
    channel: { Source_Server_Id: id === '1' ? '2' : '1', Replica_IO_Running: 'Yes', Replica_SQL_Running: 'Yes' },
    channelPassword: '',
    filePassword: '',
    tls: true,
    ownCertificate: false,
    position: { file: 'mysql-bin.000003', position: 815 },
    binlogFilters: [],
    directories: ['/etc/mysql/mysql.conf.d'],
    file: null,
    fileIsNewer: false,
    replicates: true,
    channelRuns: true,
    daemonRuns: false,
    seeding: false,
    running,
    ...changes,
  }
}

const plan = (stage: GtidsParams['stage'], mine: GtidsFacts, theirs: GtidsFacts, on = MYSQL) =>
  pairGtids.plan({ stage, watch: 15, timeout: 60 }, context(on, mine, theirs))
const todo = (mine: GtidsFacts, theirs: GtidsFacts, on = MYSQL) =>
  STAGES.filter((stage) => plan(stage, mine, theirs, on).length > 0)
const script = (...asked: Parameters<typeof plan>) => masked(plan(...asked)[0]?.run ?? { parts: [] })

describe('GTIDs of a pair that was made by hand', () => {
  it('are switched on in stages, each on both hosts: the plan has all of them', () => {
    const [one, two] = [server('1', 'OFF'), server('2', 'OFF')]
    expect(todo(one, two)).toEqual(STAGES)
    expect(todo(two, one)).toEqual(STAGES)
    const steps = STAGES.flatMap((stage) => plan(stage, one, two))
    expect(steps.every(({ together }) => together === true)).toBe(true)
    checkSh(steps)
    const modes = steps.map(({ run }) => /gtid_mode=(\w+)/.exec(masked(run))?.[1])
    expect(modes).toEqual(['OFF_PERMISSIVE', 'ON_PERMISSIVE', undefined, 'ON'])
    for (const { run } of steps.slice(2)) expect(masked(run)).toContain("POS_WAIT('\\''mysql-bin.000003'\\'', 815, 60)")
  })

  it.each([
    ['OFF_PERMISSIVE', 'OFF', ['begin', 'settle', 'only']],
    ['OFF', 'OFF_PERMISSIVE', ['permit', 'begin', 'settle', 'only']],
    ['ON_PERMISSIVE', 'OFF_PERMISSIVE', ['begin', 'settle', 'only']],
    ['ON_PERMISSIVE', 'ON', ['begin', 'settle', 'only']],
    ['ON', 'ON_PERMISSIVE', ['settle']],
    ['ON', 'ON', []],
  ])('a run that was cut is gone on with: %s here, %s there', (mine, theirs, expected) => {
    expect(todo(server('1', mine), server('2', theirs))).toEqual(expected)
  })

  it('are no matter of pairs of ours, of strangers, or of MariaDB', () => {
    const ours = { epochs: 3 }
    expect(todo(server('1', 'OFF', ours), server('2', 'OFF', ours))).toEqual([])
    const alone = { channel: null }
    expect(todo(server('1', 'OFF', alone), server('2', 'OFF', alone))).toEqual([])
    expect(todo(server('1', 'OFF'), server('2', 'OFF'), MARIADB)).toEqual([])
  })

  it('one master and one slave: who has no channel waits for nobody', () => {
    const [master, slave] = [server('1', 'OFF', { channel: null }), server('2', 'OFF')]
    expect(script('settle', master, slave)).not.toContain('POS_WAIT')
    expect(script('settle', slave, master)).toContain('POS_WAIT')
  })

  it('are left alone while a channel does not run, unless a restart in the middle has stopped it', () => {
    const stopped = { Source_Server_Id: '2', Replica_IO_Running: 'No', Replica_SQL_Running: 'Yes' }
    const one = server('1', 'OFF', { channel: stopped })
    expect(() => plan('permit', one, server('2', 'OFF'))).toThrow(
      expect.objectContaining({ exit: 5, message: expect.stringContaining('does not replicate from m2 now') }),
    )
    expect(script('permit', one, server('2', 'ON_PERMISSIVE'))).toContain('START REPLICA')
  })

  it('are kept over a restart as soon as nothing else is taken, and only then', () => {
    const [only] = plan('only', server('1', 'ON_PERMISSIVE'), server('2', 'ON_PERMISSIVE'))
    expect(only?.writes).toEqual(['/etc/mysql/mysql.conf.d/zz-mmha.cnf'])
    expect(masked(only?.run ?? { parts: [] })).toContain('\ngtid_mode = ON\n')
    for (const stage of ['permit', 'begin', 'settle'] as const)
      expect(script(stage, server('1', 'OFF'), server('2', 'OFF'))).not.toContain('zz-mmha')
  })

  it('nothing is watched where the server refuses already what is not possible with GTIDs', () => {
    const enforced = server('1', 'OFF', { running: { gtid_mode: 'OFF', enforce_gtid_consistency: 'ON' } })
    expect(plan('permit', enforced, server('2', 'OFF'))[0]?.diff).not.toContain('WARN')
    expect(script('permit', enforced, server('2', 'OFF'))).not.toContain('violations')
  })
})
