import { describe, expect, it } from 'vitest'
import { type EventStates, enableEvents, MARKS_CHARS, readEvents } from '../../../src/mysql/events.ts'
import type { Row, SqlSession } from '../../../src/mysql/sql-session.ts'

/** Answers every SELECT with the same rows, and keeps what else it was asked. */
function server(rows: readonly Row[]): SqlSession & { readonly said: string[] } {
  const said: string[] = []
  return {
    said,
    query: async (statement) => {
      if (statement.startsWith('SELECT')) return rows
      said.push(statement)
      return []
    },
    close: () => undefined,
  }
}

const holders = (name: string, on: boolean, altered = 100): Row => ({
  EVENT_SCHEMA: 'shop',
  EVENT_NAME: name,
  is_on: on ? '1' : '0',
  altered: String(altered),
})

const replicated = (name: string, more: Partial<Record<string, string>> = {}): Row => ({
  EVENT_SCHEMA: 'shop',
  EVENT_NAME: name,
  DEFINER: 'dba@local@10.0.0.%',
  CHARACTER_SET_CLIENT: 'gbk',
  COLLATION_CONNECTION: 'gbk_chinese_ci',
  altered: '100',
  past: '0',
  ...more,
})

const told = (...rows: readonly Row[]): Promise<EventStates | null> => readEvents(server(rows))

describe('events of the holder, as the other daemon hears of them', () => {
  it('lists the fewer: those that are off, or those that are on', async () => {
    const few = await told(holders('a', true), holders('b', true, 200), holders('c', false))
    expect(few).toMatchObject({ asOf: 200, list: 'off' })
    expect(few?.marks).toHaveLength(8)
    expect(await told(holders('a', true), holders('b', false), holders('c', false))).toMatchObject({ list: 'on' })
    expect(await told()).toEqual({ asOf: 0, list: 'off', marks: '' })
  })

  it('says nothing when there are too many of both', async () => {
    const many = (on: boolean) => Array.from({ length: MARKS_CHARS / 8 + 1 }, (_, i) => holders(`${on}${i}`, on))
    expect(await told(...many(true), ...many(false))).toBeNull()
    expect(await told(...many(true), holders('b', false))).not.toBeNull()
  })
})

describe('events on a server that was promoted', () => {
  const always = (): boolean => true

  it('are turned on if they were on, as they were written, and their definer stays', async () => {
    const session = server([replicated('clean`up'), replicated('off')])
    const states = await told(holders('clean`up', true), holders('off', false))
    expect(await enableEvents(session, states, always)).toEqual({ enabled: 1, left: [] })
    expect(session.said).toEqual([
      'SET SESSION lock_wait_timeout=1',
      "SET character_set_client='gbk', collation_connection='gbk_chinese_ci'",
      "ALTER DEFINER='dba@local'@'10.0.0.%' EVENT `shop`.`clean``up` ENABLE",
      'SET NAMES utf8mb4',
    ])
  })

  it.each<[what: string, row: Row, states: EventStates | null, why: RegExp]>([
    ['nothing was heard', replicated('a'), null, /has not been heard/],
    ['changed later', replicated('a', { altered: '101' }), { asOf: 100, list: 'off', marks: '' }, /has not been heard/],
    ['its one time is past', replicated('a', { past: '1' }), { asOf: 100, list: 'off', marks: '' }, /one time/],
    ['a name in gbk', replicated('清理'), { asOf: 100, list: 'off', marks: '' }, /gbk/],
  ])('are left off, and named: %s', async (_, row, states, why) => {
    const session = server([row])
    const { enabled, left } = await enableEvents(session, states, always)
    expect(enabled).toBe(0)
    expect(left).toEqual([expect.stringMatching(why)])
    expect(session.said.filter((statement) => statement.startsWith('ALTER'))).toEqual([])
  })

  it('a name that is not ASCII, in utf8mb4', async () => {
    const session = server([replicated('清理', { CHARACTER_SET_CLIENT: 'utf8mb4' })])
    expect(await enableEvents(session, { asOf: 100, list: 'off', marks: '' }, always)).toEqual({ enabled: 1, left: [] })
  })

  it('stay as they are when the promotion is taken back', async () => {
    const session = server([replicated('a')])
    expect((await enableEvents(session, { asOf: 100, list: 'off', marks: '' }, () => false)).enabled).toBe(0)
  })
})
