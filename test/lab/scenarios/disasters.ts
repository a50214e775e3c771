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

type Server = 'mysql-9.7' | 'mariadb-10.11' | 'mariadb-11.8'

const GROUPS = {
  operating,
  'one writer': oneWriter,
  leaving,
  returning,
  'power loss': powerLoss,
  'copies that are cut': cutCopies,
  'copied anew': copiedAnew,
} as const satisfies Record<string, (stage: Stage) => void>

/** In a file of their own, which is begun last: where time runs short, each has been tried on MySQL and on one MariaDB. */
const LATER: Readonly<Record<Server, readonly (keyof typeof GROUPS)[]>> = {
  'mysql-9.7': [],
  'mariadb-10.11': ['returning', 'power loss', 'copies that are cut', 'copied anew'],
  'mariadb-11.8': ['one writer', 'leaving'],
}

/** What must not happen to anybody's rows, on a pair as `mmha provision` makes it, under load. */
export function disasters(server: Server, when: 'first' | 'later' = 'first'): void {
  const tried = process.getuid?.() === 0 && (SERVERS?.includes(server) ?? true)
  describe.runIf(tried)(`disasters on ${server} (needs root)`, () => {
    const stage = new Stage(server, when === 'later' ? 'later' : undefined)
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

    for (const [name, group] of Object.entries(GROUPS)) {
      const later = LATER[server].some((one) => one === name)
      if (later === (when === 'later')) describe(name, () => group(stage))
    }

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
