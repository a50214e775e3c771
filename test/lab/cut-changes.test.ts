import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CHANGE_PLACES, CHANGE_STEPS, ChangeCuts } from './cuts/change.ts'
import { Stage } from './scenarios/stage.ts'
import { drawn, KINDS } from './support/drawn.ts'

const SERVER = process.env.MMHA_CUT_SERVER ?? 'mariadb-10.11'

describe.skipIf(process.getuid?.() !== 0)(`A change of a pair that serves is cut, ${SERVER} (needs root)`, () => {
  const stage = new Stage(SERVER, 'cut')
  const cuts = new ChangeCuts(stage)

  const up = async () => {
    await stage.up()
    await cuts.prepare()
  }
  beforeAll(up)
  afterEach(async ({ task }) => {
    await stage.rest()
    if (task.result?.state === 'fail' && process.env.MMHA_KEEP === undefined) await up()
  }, 300_000)
  afterAll(async () => {
    await stage.down()
    cuts.remove()
  })

  it('has as many steps as the matrix cuts', async () => {
    expect(await cuts.uncut()).toEqual(CHANGE_STEPS)
  })

  it.each(KINDS)('%s after each step: the same command goes on, and nothing is lost', { timeout: 1_800_000 }, (kind) =>
    cuts.pass(kind),
  )

  it.each(drawn(CHANGE_PLACES))(
    '$kind before step $number of the $role: the same command finishes it, and nothing is lost',
    { timeout: 300_000 },
    (place) => cuts.at(place),
  )
})
