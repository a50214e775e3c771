import { describe, expect, it } from 'vitest'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { identify, identifyAtOnce, readSnapshot } from '../../../src/mysql/snapshot.ts'
import { type BatchSession, type Row, SqlError } from '../../../src/mysql/sql-session.ts'

/** A MariaDB whose source side of semi-sync is on. */
function server(closed: '0' | '1'): { session: BatchSession; asked: string[] } {
  const asked: string[] = []
  const query = async (sql: string): Promise<readonly Row[]> => {
    asked.push(sql)
    if (sql.includes(' AS closed')) return [{ origin: '1', closed, executed: '0-1-7', replicated: '' }]
    if (sql.includes('@@global.rpl_semi')) return [{ rpl_semi_sync_master_enabled: '1' }]
    return []
  }
  const batch = (statements: readonly string[]) => Promise.all(statements.map(query))
  return { session: { query, batch, close: () => undefined }, asked }
}

const UNKNOWN = new SqlError('Unknown system variable', {
  errno: 1193,
  code: 'ER_UNKNOWN_SYSTEM_VARIABLE',
  lost: false,
})
const DIALECT = dialectOf('10.11.6-MariaDB', '')
const semiSyncAsked = (asked: readonly string[]): boolean => asked.some((sql) => sql.includes('semi'))

describe('what a server says of itself', () => {
  it.each([
    ['always', '0', true],
    ['always', '1', true],
    ['when open', '0', true],
    ['when open', '1', false],
    ['likely open', '0', true],
  ] as const)('semi-sync asked %s, read_only %s: %s', async (when, closed, expected) => {
    const { session, asked } = server(closed)
    const snapshot = await readSnapshot(session, DIALECT, when)
    expect(semiSyncAsked(asked)).toBe(expected)
    expect(snapshot.semiSync?.enabled).toBe(expected ? true : undefined)
    expect(snapshot.closed).toBe(closed === '1')
  })

  it('that was likely open and is closed: its semi-sync is nobody’s matter, as if it had not been asked', async () => {
    const { session } = server('1')
    expect(await readSnapshot(session, DIALECT, 'likely open')).toMatchObject({ closed: true, semiSync: null })
  })

  it('without semi-sync it is asked again for what it has to show, and the rest is as ever', async () => {
    const { session, asked } = server('0')
    const batch = async (statements: readonly string[]) => {
      if (statements.some((sql) => sql.includes('@@global.rpl_semi'))) throw UNKNOWN
      return session.batch(statements)
    }
    for (const when of ['always', 'when open', 'likely open'] as const) {
      expect(await readSnapshot({ ...session, batch }, DIALECT, when)).toMatchObject({ closed: false, semiSync: null })
    }
    expect(asked.filter((sql) => sql.startsWith('SHOW GLOBAL VARIABLES'))).toHaveLength(3)
  })

  it('the same answers again are the same snapshot, for each way to ask', async () => {
    const { session } = server('1')
    const replies = await session.batch(['SELECT 1 AS closed', '', '', '', 'SELECT @@global.rpl_semi'])
    const same: BatchSession = { ...session, batch: async () => replies }
    const first = await readSnapshot(same, DIALECT)
    expect(await readSnapshot(same, DIALECT)).toBe(first)
    expect(first.semiSync?.enabled).toBe(true)
    expect((await readSnapshot(same, DIALECT, 'likely open')).semiSync).toBeNull()
  })
})

describe('which server it is', () => {
  const rows = (...names: string[]): readonly Row[] => names.map((name) => ({ Variable_name: name, Value: '0' }))

  it('is asked in one round trip, by who it is and what it shows, and no form of a statement is tried', async () => {
    const asked: string[] = []
    const dialect = await identify({
      batch: async (statements) => {
        asked.push(...statements)
        return [
          [{ version: '8.3.77', comment: '' }],
          rows('super_read_only'),
          rows('Com_select', 'Com_replica_start', 'Com_show_binary_log_status'),
        ]
      },
    })
    expect([dialect.statement.startIo, dialect.statement.showBinaryLogStatus, dialect.statement.changeSource]).toEqual([
      'START REPLICA IO_THREAD',
      'SHOW BINARY LOG STATUS',
      'CHANGE MASTER TO',
    ])
    expect([dialect.can('superReadOnly'), dialect.can('gtidMode'), dialect.column.ioRunning]).toEqual([
      true,
      false,
      'Slave_IO_Running',
    ])
    expect(asked.filter((sql) => !/^(SELECT VERSION\(\)|SHOW GLOBAL (VARIABLES|STATUS) WHERE )/.test(sql))).toEqual([])
  })

  it('at once: by its version alone', async () => {
    const session = { query: async () => [{ version: '9.7.4', comment: '' }], close: () => undefined }
    expect((await identifyAtOnce(session)).statement.changeSource).toBe('CHANGE REPLICATION SOURCE TO')
  })
})
