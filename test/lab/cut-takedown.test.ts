import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TEARDOWN_PLACES, TEARDOWN_STEPS, TeardownCuts } from './cuts/teardown.ts'
import { WRITER_SCHEMA } from './role/writer.ts'
import { Stage } from './scenarios/stage.ts'
import { drawn, KINDS } from './support/drawn.ts'
import { Snapshot } from './support/snapshot.ts'

const SERVER = process.env.MMHA_CUT_SERVER ?? 'mariadb-10.11'

describe.skipIf(process.getuid?.() !== 0)(`A teardown is cut, ${SERVER} (needs root)`, () => {
  const stage = new Stage(SERVER, 'off')
  const cuts = new TeardownCuts(stage)
  let snapshot: Snapshot

  beforeAll(async () => {
    await stage.up()
    cuts.prepare()
    const { holder } = await stage.whole()
    await stage.sql(holder, ...WRITER_SCHEMA)
    snapshot = await Snapshot.take(stage.lab, stage.hosts)
  })
  afterEach(() => stage.rest())
  afterAll(() => stage.down())

  it('has as many steps as the matrix cuts', async () => {
    await snapshot.restore()
    expect(await cuts.uncut()).toEqual(TEARDOWN_STEPS)
  })

  it.each(KINDS)(
    '%s after each step: the same command goes on, and nothing is lost',
    { timeout: 1_800_000 },
    async (kind) => {
      await snapshot.restore()
      await cuts.pass(kind)
    },
  )

  it.each(drawn(TEARDOWN_PLACES))(
    '$kind before step $number of the $role: the same command finishes it, and nothing is lost',
    { timeout: 300_000 },
    async (place) => {
      await snapshot.restore()
      await cuts.at(place)
    },
  )
})
