import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { planTrim, scanBinlog, UnreadableBinlog, wasInUse } from '../../../src/mysql/binlog-file.ts'
import { parseGtidSet } from '../../../src/mysql/gtid-set.ts'

const dir = mkdtempSync(join(tmpdir(), 'mmha-binlog-'))
afterAll(() => rmSync(dir, { recursive: true }))

const ME = '206ec99c-e552-11f1-8aae-02cafa17b0a9'
const PEER = '2080b0e1-e552-11f1-81e9-02ab03741ecf'
const TYPE = { query: 2, formatDescription: 15, xid: 16, rows: 31, gtid: 33, previousGtids: 35, tagged: 42 }

function event(type: number, body: Buffer = Buffer.alloc(4), flags = 0): Buffer {
  const header = Buffer.alloc(19)
  header.writeUInt8(type, 4)
  header.writeUInt32LE(19 + body.length, 9)
  header.writeUInt16LE(flags, 17)
  return Buffer.concat([header, body])
}

function gtid(uuid: string, number: number): Buffer {
  const body = Buffer.alloc(42)
  Buffer.from(uuid.replaceAll('-', ''), 'hex').copy(body, 1)
  body.writeBigInt64LE(BigInt(number), 17)
  return event(TYPE.gtid, body)
}

const start = (inUse: boolean) => [
  Buffer.from([0xfe, 0x62, 0x69, 0x6e]),
  event(TYPE.formatDescription, Buffer.alloc(100), inUse ? 1 : 0),
  event(TYPE.previousGtids, Buffer.alloc(12)),
]
const checksum = Buffer.from('1234')
function query(statement: string): Buffer {
  const [status, schema] = [Buffer.from('status'), Buffer.from('shop')]
  const body = Buffer.alloc(13)
  body.writeUInt8(schema.length, 8)
  body.writeUInt16LE(status.length, 11)
  return event(TYPE.query, Buffer.concat([body, status, schema, Buffer.from(`\0${statement}`), checksum]))
}

const begin = query('BEGIN')
const ddl = query('ALTER TABLE t ADD c INT')
const rows = event(TYPE.rows, Buffer.alloc(200))
const xid = event(TYPE.xid, Buffer.alloc(12))
const row = (uuid: string, number: number) => [gtid(uuid, number), begin, rows, xid]

let files = 0
function scan(parts: readonly Buffer[]) {
  const path = join(dir, `binlog.${++files}`)
  writeFileSync(path, Buffer.concat(parts))
  return scanBinlog(path)
}

const kinds = async (parts: readonly Buffer[]) =>
  (await scan([...start(true), ...parts])).transactions.map(({ gtid: name, kind }) => [name.split(':')[1], kind])

describe('reading a binlog', () => {
  it('the tail of a real crashed holder: MySQL 9.7.4', async () => {
    const fixture = join(import.meta.dirname, '../../fixtures/binlog/mysql-9.7-crashed-tail')
    const { inUse, preamble, transactions } = await scanBinlog(fixture)
    expect({ inUse, preamble }).toEqual({ inUse: true, preamble: 158 })
    expect(transactions.map(({ gtid: name, kind }) => [name, kind])).toEqual(
      [3169, 3170, 3171, 3172].map((n) => [`${ME}:${n}`, 'xid']),
    )
    expect(transactions.map(({ start: from }) => from).slice(0, 2)).toEqual([158, 474])
  })

  it('knows a file that was closed', async () => {
    expect((await scan(start(false))).inUse).toBe(false)
    expect((await scan(start(true))).inUse).toBe(true)
  })

  it.each([
    [
      'whole',
      [...row(ME, 1), ...row(ME, 2)],
      [
        ['1', 'xid'],
        ['2', 'xid'],
      ],
    ],
    [
      'DDL',
      [gtid(ME, 1), ddl, ...row(ME, 2)],
      [
        ['1', 'other'],
        ['2', 'xid'],
      ],
    ],
    [
      'DDL at the end',
      [...row(ME, 1), gtid(ME, 2), ddl],
      [
        ['1', 'xid'],
        ['2', 'other'],
      ],
    ],
    [
      'cut between events',
      [...row(ME, 1), gtid(ME, 2), begin, rows],
      [
        ['1', 'xid'],
        ['2', 'cut'],
      ],
    ],
    [
      'closed inside a transaction, as a relay log is by a shutdown',
      [...row(ME, 1), gtid(ME, 2), event(3, checksum)],
      [
        ['1', 'xid'],
        ['2', 'cut'],
      ],
    ],
    [
      'one event that is a whole transaction, compressed',
      [gtid(ME, 1), event(40, Buffer.alloc(90)), ...row(ME, 2)],
      [
        ['1', 'other'],
        ['2', 'xid'],
      ],
    ],
    [
      'cut inside an event',
      [...row(ME, 1), gtid(ME, 2), begin, rows.subarray(0, 50)],
      [
        ['1', 'xid'],
        ['2', 'cut'],
      ],
    ],
    [
      'cut inside a header',
      [...row(ME, 1), gtid(ME, 2), begin, rows, xid.subarray(0, 7)],
      [
        ['1', 'xid'],
        ['2', 'cut'],
      ],
    ],
    [
      'cut inside the next one’s first header: DDL is whole, and stays',
      [...row(ME, 1), gtid(ME, 2), ddl, rows.subarray(0, 7)],
      [
        ['1', 'xid'],
        ['2', 'other'],
      ],
    ],
    ...[
      'SAVEPOINT `before`',
      'ROLLBACK TO `before`',
      'INSERT INTO t VALUES (1)',
      'CREATE TABLE t START TRANSACTION',
    ].map(
      (statement) =>
        [`cut behind ${statement}`, [gtid(ME, 1), begin, query(statement)], [['1', 'cut']]] as [
          string,
          Buffer[],
          string[][],
        ],
    ),
    ['no InnoDB', [gtid(ME, 1), begin, rows, query('COMMIT')], [['1', 'other']]],
    ['no InnoDB, taken back', [gtid(ME, 1), begin, rows, query('ROLLBACK')], [['1', 'other']]],
    [
      'XA',
      [gtid(ME, 1), query("XA START X'61',X'',1"), rows, query("XA END X'61',X'',1"), event(38)],
      [['1', 'other']],
    ],
    ['XA, cut', [gtid(ME, 1), query("XA START X'61',X'',1"), rows, query("XA END X'61',X'',1")], [['1', 'cut']]],
  ] as const)('%s', async (_, parts, expected) => {
    expect(await kinds(parts)).toEqual(expected)
  })

  it('events larger than the window are stepped over', async () => {
    const large = event(TYPE.rows, Buffer.alloc(3 << 20))
    const parts = Array.from({ length: 3 }, (_, i) => [gtid(ME, i + 1), begin, large, xid]).flat()
    expect((await kinds(parts)).length).toBe(3)
  })

  it.each([
    ['not a binlog', [Buffer.from('hello world')]],
    ['encrypted', [Buffer.from([0xfd, 0x62, 0x69, 0x6e]), Buffer.alloc(512)]],
    ['tagged GTIDs', [...start(true), event(TYPE.tagged)]],
  ])('%s is not judged', async (_, parts) => {
    await expect(scan(parts)).rejects.toThrow(UnreadableBinlog)
  })
})

describe('what may be cut', () => {
  const plan = async (parts: readonly Buffer[], theirs: string) =>
    planTrim(
      await scan([...start(true), ...parts]),
      parseGtidSet('mysql', theirs.replaceAll('ME', ME).replaceAll('PEER', PEER)),
      ME,
    )
  const prefix = Buffer.concat([...start(true), ...row(ME, 1)]).length

  it('the end that the peer does not have', async () => {
    expect(await plan([...row(ME, 1), ...row(ME, 2), ...row(ME, 3)], 'ME:1,PEER:1-9')).toMatchObject({
      cutAt: prefix,
      transactions: [{ gtid: `${ME}:2` }, { gtid: `${ME}:3` }],
    })
  })

  it('also when its last transaction is not whole', async () => {
    expect(await plan([...row(ME, 1), ...row(ME, 2), gtid(ME, 3), begin], 'ME:1')).toMatchObject({ cutAt: prefix })
  })

  it.each([
    ['the peer has it all', [...row(ME, 1)], 'ME:1-5', 'has everything'],
    ['the peer has a later one', [...row(ME, 1), ...row(ME, 2)], 'ME:2', 'comes after'],
    ['it came from the peer', [...row(ME, 1), ...row(PEER, 7)], 'ME:1', 'was not written by this server'],
    ['it is DDL', [...row(ME, 1), gtid(ME, 2), ddl], 'ME:1', 'can’t be rolled back'],
    ['DDL is in the middle', [gtid(ME, 1), ddl, ...row(ME, 2)], '', 'can’t be rolled back'],
  ])('nothing when %s', async (_, parts, theirs, why) => {
    expect(await plan(parts, theirs)).toEqual({ keep: expect.stringContaining(why.replace('’', "'")) })
  })
})

describe('how the server ended', () => {
  it('a log that was closed, one that was not, and what is left of one', async () => {
    const path = (name: string, bytes: Buffer) => {
      writeFileSync(join(dir, name), bytes)
      return join(dir, name)
    }
    expect(await wasInUse(path('closed', Buffer.concat(start(false))))).toBe(false)
    expect(await wasInUse(path('open', Buffer.concat(start(true))))).toBe(true)
    expect(await wasInUse(path('empty', Buffer.alloc(0)))).toBe(true)
    expect(await wasInUse(join(dir, 'none'))).toBe(true)
  })
})
