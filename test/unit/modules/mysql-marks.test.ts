import { describe, expect, it } from 'vitest'
import { type HandmadeFacts, marksAfter, marksBefore } from '../../../src/modules/handmade-history.ts'
import { mysqlMarks } from '../../../src/modules/mysql-marks.ts'
import { revealed } from '../../../src/modules/step.ts'
import { checkSh, context, M1, M2, MARIADB, MYSQL } from './pair-context.ts'

const OFF = { log_bin: 'ON', log_slave_updates: 'OFF', gtid_domain_id: '0', gtid_strict_mode: 'OFF' }
const ON = { ...OFF, log_slave_updates: 'ON' }
const RUNS = { Slave_IO_Running: 'Yes', Slave_SQL_Running: 'Yes', Using_Gtid: 'No' }
const STOPPED = { ...RUNS, Slave_IO_Running: 'No', Slave_SQL_Running: 'No' }

/** m1, where clients write. */
const USED: HandmadeFacts = {
  shown: null,
  up: true,
  uuid: '',
  serverId: '1',
  gtids: '0-1-800',
  place: '0-2-4',
  readOnly: false,
  schemas: ['shop'],
  epochs: 0,
  channel: { ...RUNS, Master_Server_Id: '2' },
  channelPassword: '',
  filePassword: '',
  tls: true,
  ownCertificate: false,
  position: null,
  binlogFilters: [],
  variables: OFF,
}
const STANDBY: HandmadeFacts = {
  ...USED,
  serverId: '2',
  gtids: '0-2-4',
  place: '0-1-790',
  channel: { ...RUNS, Master_Server_Id: '1' },
}
/** After the marks, and after the standby's restart by our option file. */
const TOLD = { ...USED, gtids: '0-1-2000801,0-2-1000800', place: '0-2-1000800' }
const CLOSED = { ...STANDBY, gtids: '0-2-1000800', place: '0-1-2000801', readOnly: true }
const LOGS = { ...CLOSED, variables: { ...ON, gtid_strict_mode: 'ON' } }
const WHOLE = { ...LOGS, gtids: '0-1-3000801,0-2-1000800', place: '0-1-3000801' }

const names = (marks: readonly { domain: string; server: string; number: number }[] | undefined) =>
  marks?.map(({ domain, server, number }) => `${domain}-${server}-${number}`)

describe('marks before the standby’s restart', () => {
  it('are above all that either knows, the standby’s first, so that the numbers of a domain only go up', () => {
    const marks = marksBefore(USED, STANDBY)
    expect(names(marks?.past)).toEqual(['0-2-1000800'])
    expect(names(marks?.own)).toEqual(['0-1-2000800'])
    const late = marksBefore(USED, { ...STANDBY, place: '0-1-900' })
    expect(names(late?.past)).toEqual(['0-2-1000900'])
  })

  it('are made once: not where both logs tell all, the standby is closed, and all of it has come', () => {
    expect(marksBefore(TOLD, CLOSED)).toBeNull()
    expect(marksBefore(TOLD, LOGS)).toBeNull()
    expect(marksBefore({ ...TOLD, place: '0-1-2000900', channel: null }, LOGS)).toBeNull()
    expect(marksBefore({ ...TOLD, variables: ON }, WHOLE)).toBeNull()
  })

  it.each([
    ['it was opened again', TOLD, { ...CLOSED, readOnly: false }],
    ['somebody wrote there since', TOLD, { ...CLOSED, gtids: '0-2-1000801' }],
    ['its last write has not come yet', { ...TOLD, place: '0-2-4' }, CLOSED],
    ['the standby alone logs what it gets', USED, { ...STANDBY, gtids: '0-1-790,0-2-4', variables: ON }],
    ['the server in use alone does, and never got anything', { ...USED, variables: ON }, STANDBY],
    ['a server of former times is in one log only', { ...TOLD, gtids: `0-7-3,${TOLD.gtids}` }, CLOSED],
  ])('are made again where %s', (_case, used, standby) => expect(marksBefore(used, standby)).not.toBeNull())

  it('name others first and each of the standby’s domains, whose place tells that it has come', () => {
    const ring = { ...OFF, gtid_domain_id: '2' }
    const marks = marksBefore(
      { ...USED, gtids: '0-7-3,1-1-800', variables: { ...OFF, gtid_domain_id: '1' } },
      { ...STANDBY, gtids: '0-2-4,2-2-9', variables: ring },
    )
    expect(names(marks?.past)).toEqual(['0-7-1000800', '0-2-1000801', '2-2-1000802'])
    expect(names(marks?.own)).toEqual(['1-1-2000800'])
  })

  it('are not needed where both log what they get and each log names both, as before', () => {
    const used = { ...USED, gtids: '0-1-9,0-2-8', variables: ON }
    expect(marksBefore(used, { ...STANDBY, gtids: '0-1-7,0-2-9', place: '0-1-7', variables: ON })).toBeNull()
    expect(marksBefore(used, { ...STANDBY, gtids: '0-1-7', place: '0-1-7', variables: ON })).not.toBeNull()
  })

  it('are not needed for a slave that never wrote anything', () => {
    const slave = { ...STANDBY, gtids: '' }
    expect(marksBefore({ ...USED, place: '', channel: null }, slave)).toBeNull()
    expect(names(marksAfter({ ...USED, place: '', channel: null }, slave) ?? [])).toEqual(['0-1-1000800'])
  })
})

describe('marks after it', () => {
  it('are made until its log tells how far it has come', () => {
    expect(names(marksAfter(TOLD, LOGS) ?? [])).toEqual(['0-1-3000801'])
    expect(marksAfter(TOLD, { ...LOGS, gtids: '0-1-700,0-2-1000800' })).not.toBeNull()
    expect(marksAfter(TOLD, WHOLE)).toBeNull()
  })
})

describe('mysql_marks', () => {
  const plan = (used: HandmadeFacts, standby: HandmadeFacts, stage: 'before' | 'after', server = MARIADB) => [
    ...mysqlMarks.plan({ stage }, context(server, used, standby)),
    ...mysqlMarks.plan({ stage }, context(server, standby, used, { host: M2, peer: M1 })),
  ]

  it('both hosts write at once, and then each waits for what the other wrote', () => {
    const steps = plan(USED, STANDBY, 'before')
    checkSh(steps)
    const [used = '', standby = ''] = steps.map(({ run }) => revealed(run))
    expect(used.indexOf('server_id=2, gtid_seq_no=1000800')).toBeGreaterThan(0)
    expect(used.indexOf('server_id=2, gtid_seq_no=1000800')).toBeLessThan(used.indexOf("GTID_WAIT('0-2-1000800'"))
    expect(used.indexOf("GTID_WAIT('0-2-1000800'")).toBeLessThan(used.indexOf('server_id=1, gtid_seq_no=2000800'))
    expect(standby.indexOf('SET GLOBAL read_only=ON')).toBeLessThan(standby.indexOf('server_id=2, gtid_seq_no=1000800'))
    expect(standby.indexOf('gtid_seq_no=1000800')).toBeLessThan(standby.indexOf("GTID_WAIT('0-1-2000800'"))
    expect(standby).not.toContain('gtid_strict_mode')
  })

  it('a server in use that logs what it gets is told of nothing twice', () => {
    const [step] = plan({ ...USED, variables: ON }, STANDBY, 'before')
    expect(step && revealed(step.run)).not.toContain('server_id=2')
  })

  it('a closed standby is not opened again, where it comes to nothing or is taken back', () => {
    const open = plan(USED, STANDBY, 'before')[1]
    const shut = plan(USED, { ...STANDBY, readOnly: true }, 'before')[1]
    expect(open?.undo).toHaveProperty('parts')
    expect(open && revealed(open.run)).toContain('SET GLOBAL read_only=OFF')
    expect(shut?.undo).toHaveProperty('none')
    expect(shut && revealed(shut.run)).not.toContain('SET GLOBAL read_only=OFF')
  })

  it('after the restart one writes, and the other has it in its log, its channel started again', () => {
    const steps = plan(TOLD, LOGS, 'after')
    checkSh(steps)
    expect(revealed(steps[0]?.run ?? { parts: [] })).toContain('server_id=1, gtid_seq_no=3000801')
    expect(revealed(steps[1]?.run ?? { parts: [] })).toMatch(/START SLAVE[\s\S]*GTID_WAIT\('0-1-3000801'/)
    expect(plan(TOLD, WHOLE, 'after')).toEqual([])
  })

  it('refuses where nobody can say that all has come', () => {
    const refused = expect.objectContaining({ exit: 5, code: 'HISTORY_UNTOLD' })
    expect(() => plan({ ...USED, channel: null }, STANDBY, 'before')).toThrow(refused)
    expect(() => plan({ ...USED, channel: null }, STANDBY, 'before')).toThrow('m1 does not replicate from m2 now')
    const stopped = { ...STANDBY, channel: { ...STOPPED, Master_Server_Id: '1' } }
    expect(() => plan(USED, stopped, 'before')).toThrow('m2 does not replicate from m1 now')
    const again = { ...USED, channel: { ...USED.channel, Slave_IO_Running: 'Connecting' } }
    expect(plan(again, STANDBY, 'before')).toHaveLength(2)
  })

  it('leaves every other pair alone', () => {
    expect(plan({ ...USED, epochs: 1 }, { ...STANDBY, epochs: 1 }, 'before')).toEqual([])
    expect(plan({ ...USED, channel: null }, { ...STANDBY, channel: null }, 'before')).toEqual([])
    expect(plan(USED, STANDBY, 'before', MYSQL)).toEqual([])
  })
})
