import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { openSession, type WatchedSession } from '../../../src/mysql/session.ts'
import { readSnapshot } from '../../../src/mysql/snapshot.ts'
import { type BatchSession, SqlError, text } from '../../../src/mysql/sql-session.ts'
import { RealServer } from './real-server.ts'

const server = new RealServer()
const opened: WatchedSession[] = []
beforeAll(() => server.start(), 90_000)
afterAll(async () => {
  for (const session of opened) session.close()
  await server.stop()
})

async function open(batches: boolean): Promise<WatchedSession> {
  const session = await openSession({
    target: { socket: server.socket },
    credentials: { user: 'root', password: new Secret('') },
    connectTimeoutMs: 30_000,
    queryTimeoutMs: 30_000,
    batches,
  })
  opened.push(session)
  return session
}

describe.each([
  [true, 'hurried'],
  [false, 'hurried'],
  [true, 'unhurried'],
  [false, 'unhurried'],
] as const)('several statements, at once: %s, %s', (batches, pace) => {
  const openAt = async (): Promise<BatchSession> => {
    const session = await open(batches)
    return pace === 'unhurried' ? session.unhurried : session
  }

  it('answers in order, also of one and of those without rows', async () => {
    const session = await openAt()
    const all = await session.batch([
      'SELECT 1 AS n',
      'SET @a = 2',
      'SELECT @a AS n UNION SELECT 3',
      'SELECT 4 AS n LIMIT 0',
    ])
    expect(all.map((rows) => rows.map((row) => text(row, 'n')))).toEqual([['1'], [], ['2', '3'], []])
    expect((await session.batch(['SELECT 5 AS n'])).map((rows) => rows.map((row) => text(row, 'n')))).toEqual([['5']])
    expect(await session.batch(['SET @a = 6'])).toEqual([[]])
  })

  it('what is refused ends it; the session lives on', async () => {
    const session = await openAt()
    const batch = session.batch(['SET @b = 1', 'SELECT * FROM no.such_table', 'SET @b = 2'])
    await expect(batch).rejects.toBeInstanceOf(SqlError)
    expect(text((await session.query('SELECT @b AS b'))[0], 'b')).toBe('1')
  })

  it('a server without mmha.epoch: everything else is there', async () => {
    const session = await openAt()
    const snapshot = await readSnapshot(session, dialectOf('10.11.6-MariaDB'))
    expect(snapshot).toMatchObject({ closed: false, epoch: null, channel: null })
    expect(snapshot.history.origin).toMatch(/^\d+$/)
    expect(snapshot.semiSync).toMatchObject({ enabled: false })
  })
})

it('without being opened for it, a session takes no second statement', async () => {
  const session = await open(false)
  await expect(session.query('SELECT 1; SELECT 2')).rejects.toMatchObject({ errno: 1064 })
})
