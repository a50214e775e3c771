import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WRITER_SCHEMA } from '../role/writer.ts'
import { copiedAnew } from './copied-anew.ts'
import { cutCopies } from './cut-copies.ts'
import { leaving } from './leaving.ts'
import { oneWriter } from './one-writer.ts'
import { operating } from './operating.ts'
import { changeBehindItsBack, perconaChecksums } from './percona-checksums.ts'
import { powerLoss } from './power-loss.ts'
import { returning } from './returning.ts'
import { Stage } from './stage.ts'

/** All that are to be tried; MMHA_SERVERS names fewer. */
const SERVERS = process.env.MMHA_SERVERS?.split(',')

/** What must not happen to anybody's rows, on a pair as `mmha provision` makes it, under load. */
export function disasters(server: 'mysql-9.7' | 'mariadb-10.11' | 'mariadb-11.8'): void {
  const tried = process.getuid?.() === 0 && (SERVERS?.includes(server) ?? true)
  describe.runIf(tried)(`disasters on ${server} (needs root)`, () => {
    const stage = new Stage(server)
    beforeAll(async () => {
      await stage.up()
      const { holder } = await stage.whole()
      await stage.sql(holder, ...WRITER_SCHEMA)
    })
    beforeEach(({ skip }) => skip(stage.lost, 'the pair did not come back after a test that failed'))
    afterEach(async ({ task }) => {
      await stage.rest()
      if (task.result?.state === 'fail') await stage.recover()
    })
    afterAll(() => stage.down())

    describe('operating', () => operating(stage))
    describe('one writer', () => oneWriter(stage))
    describe('leaving', () => leaving(stage))
    describe('returning', () => returning(stage))
    describe('power loss', () => powerLoss(stage))
    describe('copies that are cut', () => cutCopies(stage))
    describe('copied anew', () => copiedAnew(stage))

    it('after all that: no difference, says pt-table-checksum; and it would find one row', async () => {
      const { standby } = await stage.whole()
      await stage.same()
      const found = await perconaChecksums(stage)
      const looked = found.rows.some((count) => count > 100)
      expect({ ...found, looked }, found.said).toMatchObject({ code: 0, different: [], looked: true })
      const change = (by: number) =>
        changeBehindItsBack(stage, standby, `UPDATE load_test.counter SET v = v + ${by} WHERE k = 1`)
      await change(1)
      const spoiled = await perconaChecksums(stage)
      await change(-1)
      expect(spoiled, spoiled.said).toMatchObject({ code: 16, different: ['load_test.counter'] })
      await stage.same()
    })
  })
}
