import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { openSession, type WatchedSession } from '../../../src/mysql/session.ts'
import { text } from '../../../src/mysql/sql-session.ts'
import { RealServer } from './real-server.ts'

const server = new RealServer()
const opened: WatchedSession[] = []
beforeAll(() => server.start(), 90_000)
afterAll(async () => {
  for (const session of opened) session.close()
  await server.stop()
})

async function open(queryTimeoutMs = 30_000): Promise<WatchedSession> {
  const session = await openSession({
    target: { socket: server.socket },
    credentials: { user: 'root', password: new Secret('') },
    connectTimeoutMs: 30_000,
    queryTimeoutMs,
    batches: true,
  })
  opened.push(session)
  return session
}

describe('answers of a real server', () => {
  it('every value is text or NULL', async () => {
    const [row] = await (await open()).query(
      "SELECT 1 AS i, 1.50 AS d, NOW(3) > 0 AS t, NULL AS n, '' AS e, 'Zürich 北京' AS u, UNHEX('00FF') AS b",
    )
    expect(row).toEqual({ i: '1', d: '1.50', t: '1', n: null, e: '', u: 'Zürich 北京', b: '\u0000\u00ff' })
  })

  it.each([250, 251, 65_535, 65_536, 300_000])('a value of %i bytes', async (length) => {
    const [row] = await (await open()).query(`SELECT REPEAT('x', ${length}) AS v, 'end' AS e`)
    expect(text(row, 'v')).toBe('x'.repeat(length))
    expect(text(row, 'e')).toBe('end')
  })

  it('thousands of rows, and columns', async () => {
    const session = await open()
    const rows = await session.query('SELECT seq AS n FROM mysql.seq_1_to_20000')
    expect(rows.map((row) => text(row, 'n'))).toEqual(Array.from({ length: 20_000 }, (_, index) => String(index + 1)))
    const columns = Array.from({ length: 300 }, (_, index) => `${index} AS c${index}`).join(', ')
    const [wide] = await session.query(`SELECT ${columns}`)
    expect(text(wide, 'c299')).toBe('299')
  })

  it('questions that come together are answered each with its own', async () => {
    const session = await open()
    const all = ['SELECT 1 AS n', 'SELECT SLEEP(0.05) + 2 AS n', 'SELECT no_such_column', 'SELECT 4 AS n']
    const answers = await Promise.all(
      all.map((sql) =>
        session.query(sql).then(
          ([row]) => Number(text(row, 'n')),
          (error: { errno: number }) => error.errno,
        ),
      ),
    )
    expect(answers).toEqual([1, 2, 1054, 4])
  })

  it('the same question is answered with what is true now', async () => {
    const session = await open()
    const ask = async () => text((await session.query('SELECT @a AS a'))[0], 'a')
    const said: string[] = []
    for (const value of [1, 1, 2, 2, 1]) {
      await session.query(`SET @a = ${value}`)
      said.push(await ask(), await ask())
    }
    expect(said).toEqual(['1', '1', '1', '1', '2', '2', '2', '2', '1', '1'])
  })
})

describe('its end', () => {
  it('a session that somebody kills ends, asked or not', async () => {
    const killer = await open()
    for (const ask of [false, true]) {
      const victim = await open()
      const id = text((await victim.query('SELECT CONNECTION_ID() AS id'))[0], 'id')
      const asked = ask ? victim.query('SELECT SLEEP(20)').catch((error: unknown) => error) : null
      await killer.query(`KILL ${id}`)
      expect(await victim.ended).toMatchObject({ lost: true })
      if (asked !== null) expect(await asked).toMatchObject({ lost: true })
      expect(victim.alive).toBe(false)
      await expect(victim.query('SELECT 1')).rejects.toMatchObject({ lost: true })
    }
  })

  it('silence ends it after its time', async () => {
    const session = await open(50)
    await expect(session.query('SELECT SLEEP(20)')).rejects.toMatchObject({ lost: true, code: 'TIMEOUT' })
    expect(await session.ended).toMatchObject({ code: 'TIMEOUT' })
  })

  it('closed by us, also while it is asked', async () => {
    const session = await open()
    const asked = session.query('SELECT SLEEP(20)')
    await Promise.race([delay(20), asked.catch(() => undefined)])
    session.close()
    await expect(asked).rejects.toMatchObject({ lost: true, code: 'CLOSED' })
  })
})
