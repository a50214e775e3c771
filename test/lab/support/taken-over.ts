import { expect } from 'vitest'
import { readState } from '../../../src/lab/state.ts'
import { Load, type LoadResult } from '../role/load.ts'
import { complaints, type Mmha, type Outcome } from './mmha.ts'

export const MASTERS = ['m1', 'm2'] as const

export const both = <Value>(ask: (host: (typeof MASTERS)[number]) => Promise<Value>): Promise<Value[]> =>
  Promise.all(MASTERS.map(ask))

/** Of both daemons. */
export const lastWords = (mmha: Mmha): Promise<string[]> =>
  both((host) => mmha.on(host, 'journalctl -u mmha-keepalived -o cat -n 25 --no-pager'))

/**
 * A run that takes over a pair which somebody made by hand, while clients write to the tables of WRITER_SCHEMA: all that they had an
 * OK for is there once, and both servers have the same.
 * @param addresses that the clients know, separated by commas
 */
export async function takenOver(
  mmha: Mmha,
  labName: string,
  addresses: string,
  provision: () => Promise<Outcome>,
): Promise<LoadResult> {
  const lab = readState(labName)
  if (lab === null) throw new Error('the lab is not up')
  const load = new Load(lab)
  let result: LoadResult
  try {
    load.moveTo(addresses)
    const rows = () => mmha.sql('m1', 'SELECT COUNT(*) > 50 FROM load_test.ledger')
    await expect.poll(rows, { timeout: 60_000 }).toBe('1')
    const outcome = await provision()
    expect(outcome.code, `${complaints(outcome)}${outcome.code === 0 ? '' : await lastWords(mmha)}`).toBe(0)
  } finally {
    result = await load.stop()
  }
  const sums = () => both((host) => mmha.sql(host, 'CHECKSUM TABLE load_test.ledger, load_test.counter'))
  await expect.poll(async () => new Set(await sums()).size, { timeout: 60_000 }).toBe(1)
  const there = await mmha.sql('m1', 'SELECT id FROM load_test.ledger ORDER BY id')
  expect(there.split('\n')).toEqual(expect.arrayContaining([...result.inserted]))
  const values = new Map(
    (await mmha.sql('m1', 'SELECT k, v FROM load_test.counter')).split('\n').map((row) => {
      const [k, v] = row.split('\t').map(Number)
      return [k, v ?? 0] as const
    }),
  )
  expect(result.counters.filter(([k, v]) => (values.get(k) ?? 0) < v)).toEqual([])
  expect(await both((host) => mmha.sql(host, 'SELECT @@server_id'))).toEqual(['1', '2'])
  return result
}
