import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, expect, it } from 'vitest'
import { scanBinlog } from '../../../src/mysql/binlog-file.ts'
import { findTail, tailBytes } from '../../../src/mysql/binlog-tail.ts'
import type { Flavour } from '../../../src/mysql/dialect.ts'
import { beyond, formatGtidSet, parseGtidSet } from '../../../src/mysql/gtid-set.ts'

const folder = mkdtempSync(join(tmpdir(), 'mmha-tail-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fixtures = join(import.meta.dirname, '../../fixtures/binlog')
const MYSQL = join(fixtures, 'mysql-9.7-crashed-tail')
const MARIADB = join(fixtures, 'mariadb-11.8')
const UUID = '206ec99c-e552-11f1-8aae-02cafa17b0a9'
const SERVER = '0-172818443'

let files = 0
async function save(paths: readonly string[], flavour: Flavour, gtids: string, common = '') {
  const wanted = beyond(flavour, parseGtidSet(flavour, gtids), parseGtidSet(flavour, common))
  const tail = await findTail(paths, flavour, wanted)
  const file = join(folder, `${++files}.binlog`)
  writeFileSync(file, await buffer(Readable.from(tailBytes(tail))))
  return { file, tail, missing: formatGtidSet(flavour, tail.missing), scan: await scanBinlog(file) }
}

it('holds just the wanted transactions, byte for byte, and says no more that it was left open', async () => {
  const { file, scan, missing } = await save([MYSQL], 'mysql', `${UUID}:3170:3172-3174`)
  expect(scan).toMatchObject({ inUse: false, preamble: 158, end: 158 + 2 * 533 })
  expect(scan.transactions.map(({ gtid }) => gtid)).toEqual([`${UUID}:3170`, `${UUID}:3172`])
  const [whole, saved] = [readFileSync(MYSQL), readFileSync(file)]
  expect(saved.subarray(158).equals(Buffer.concat([whole.subarray(474, 1007), whole.subarray(1540)]))).toBe(true)
  expect(missing).toBe(`${UUID}:3173-3174`)
})

it('MariaDB: what comes after the last that both have', async () => {
  const { scan, missing } = await save([MARIADB], 'mariadb', `${SERVER}-4`, `${SERVER}-2`)
  expect(scan.transactions.map(({ gtid }) => gtid)).toEqual([`${SERVER}-3`, `${SERVER}-4`])
  expect(missing).toBe('')
  const lost = await save([MARIADB], 'mariadb', `${SERVER}-9`, `${SERVER}-2`)
  expect(lost.missing).toBe(`${SERVER}-9`)
})

it('reads no file that is older than all of it', async () => {
  const rubbish = join(folder, 'purged')
  writeFileSync(rubbish, 'not a binlog')
  // The fixture says that 3169 came when it began, or later.
  expect((await save([rubbish, MYSQL], 'mysql', `${UUID}:3171`)).tail.transactions).toBe(1)
  expect((await save([rubbish, MARIADB], 'mariadb', `${SERVER}-4`, `${SERVER}-3`)).tail.transactions).toBe(1)
  await expect(save([MYSQL, rubbish], 'mysql', `${UUID}:3171`)).rejects.toThrow('not a binlog')
})
