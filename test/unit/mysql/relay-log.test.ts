import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formatGtidSet, parseGtidSet } from '../../../src/mysql/gtid-set.ts'
import { leftOver, type Received, scanRelayLogs } from '../../../src/mysql/relay-log.ts'

const fixtures = join(import.meta.dirname, '../../fixtures/binlog')
const dir = mkdtempSync(join(tmpdir(), 'mmha-relay-'))
afterAll(() => rmSync(dir, { recursive: true }))

/** A folder of relay logs: copies of fixtures, the last one perhaps cut. @returns the index */
function logs(name: string, sources: readonly string[], cutAt?: number): string {
  const files = sources.map((source, at) => {
    const file = join(dir, `${name}.00000${at + 1}`)
    copyFileSync(join(fixtures, source), file)
    return file
  })
  if (cutAt !== undefined) truncateSync(files.at(-1) ?? '', cutAt)
  const index = join(dir, `${name}.index`)
  writeFileSync(index, files.map((file) => `./${file.slice(dir.length + 1)}\n`).join(''))
  return index
}

const MARIADB = '0-172818443'
const gtids = (received: readonly Received[]) => received.map(({ gtid, kind }) => [gtid, kind])

describe('what the relay logs hold', () => {
  it('MariaDB 11.8: transactions, and statements that are one by themselves', async () => {
    expect(gtids(await scanRelayLogs(logs('whole', ['mariadb-11.8'])))).toEqual([
      [`${MARIADB}-1`, 'xid'],
      [`${MARIADB}-2`, 'other'],
      [`${MARIADB}-3`, 'other'],
      [`${MARIADB}-4`, 'xid'],
    ])
  })

  it('MariaDB: cut inside the last one, anywhere', async () => {
    for (const at of [1100, 1110, 1150, 1250, 1276]) {
      const received = await scanRelayLogs(logs(`cut${at}`, ['mariadb-11.8'], at))
      expect(leftOver('mariadb', received, new Map())).toMatchObject({ count: 3, until: `${MARIADB}-3` })
    }
  })

  it('MariaDB: the end of what is read at once lies within a transaction’s first event', async () => {
    const event = (type: number, size: number, fill = 0x78) => {
      const bytes = Buffer.alloc(size, fill)
      bytes.writeUInt8(type, 4)
      bytes.writeUInt32LE(42, 5)
      bytes.writeUInt32LE(size, 9)
      return bytes
    }
    const gtid = event(162, 19 + 19, 0)
    gtid.writeBigUInt64LE(7n, 19)
    const magic = Buffer.from([0xfe, 0x62, 0x69, 0x6e])
    const rows = event(23, 2 ** 20 - 19 - magic.length)
    const file = join(dir, 'window.000001')
    writeFileSync(file, Buffer.concat([magic, rows, gtid, event(23, 2 ** 21), event(16, 31)]))
    writeFileSync(join(dir, 'window.index'), './window.000001\n')
    expect(gtids(await scanRelayLogs(join(dir, 'window.index')))).toEqual([['0-42-7', 'xid']])
  })

  it('MySQL 9.7: several files', async () => {
    const received = await scanRelayLogs(logs('mysql', ['mysql-9.7-crashed-tail', 'mysql-9.7-crashed-tail']))
    expect(new Set(received.map(({ file }) => file))).toEqual(new Set(['mysql.000001', 'mysql.000002']))
  })
})

describe('what was received and not applied', () => {
  const one = (gtid: string, start: number, kind: Received['kind'] = 'xid', file = 'relay.000002'): Received => ({
    gtid,
    start,
    end: start + 100,
    kind,
    file,
  })
  const three = [one('0-1-7', 256), one('0-1-8', 356), one('0-1-9', 456)]

  it.each<[string, readonly Received[], string, string | null]>([
    ['everything is applied', three, '0-1-9', null],
    ['nothing was received', [], '0-1-9', null],
    ['the last two are not', three, '0-1-7', '2 from relay.000002:356 until 0-1-9'],
    ['all are not', three, '0-1-6', '3 from relay.000002:256 until 0-1-9'],
    ['the last one is cut', [...three, one('0-1-10', 556, 'cut')], '0-1-8', '1 from relay.000002:456 until 0-1-9'],
    ['only the cut one is missing', [...three, one('0-1-10', 556, 'cut')], '0-1-9', null],
    [
      'one goes on in the next file',
      [one('0-1-7', 256, 'cut', 'relay.000001'), one('0-1-8', 256)],
      '0-1-6',
      '2 from relay.000001:256 until 0-1-8',
    ],
    ['several domains', [one('0-1-7', 256), one('5-1-1', 356)], '0-1-6', '2 from relay.000002:256 until 0-1-7,5-1-1'],
  ])('%s', (_, received, executed, expected) => {
    const left = leftOver('mariadb', received, parseGtidSet('mariadb', executed))
    expect(left === null ? null : `${left.count} from ${left.file}:${left.position} until ${left.until}`).toBe(expected)
  })

  it('MariaDB: a gap is nothing that can be applied in order', () => {
    const received = [one('0-1-7', 256), one('0-2-3', 356), one('0-1-8', 456)]
    expect(() => leftOver('mariadb', received, parseGtidSet('mariadb', '0-1-6,0-2-3'))).toThrow(RangeError)
  })

  it('the applier is to stop before half a transaction', () => {
    const stopAt = (received: readonly Received[]) =>
      leftOver('mariadb', received, parseGtidSet('mariadb', '0-1-7'))?.stopAt
    expect(stopAt([...three, one('0-1-10', 556, 'cut')])).toEqual({ file: 'relay.000002', position: 556 })
    expect(stopAt(three)).toBeNull()
  })

  it('MySQL passes over what it has', () => {
    const uuid = '206ec99c-e552-11f1-8aae-02cafa17b0a9'
    const received = [1, 2, 3].map((n) => one(`${uuid}:${n}`, 156 + n * 100))
    const left = leftOver('mysql', received, parseGtidSet('mysql', `${uuid}:2`))
    expect(left).toMatchObject({ position: 256, count: 2, until: `${uuid}:1,${uuid}:3` })
    expect(formatGtidSet('mysql', left?.gtids ?? new Map())).toBe(`${uuid}:1:3`)
  })
})
