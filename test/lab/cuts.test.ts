import { afterAll, afterEach, describe, it } from 'vitest'
import { CHANGE_PLACES, ChangeCuts } from './cuts/change.ts'
import { FirstCuts } from './cuts/first.ts'
import { TEARDOWN_PLACES, TeardownCuts } from './cuts/teardown.ts'
import { Stage } from './scenarios/stage.ts'
import { drawn, draws, SEED } from './support/drawn.ts'

const SERVER = process.env.MMHA_CUT_SERVER ?? 'mariadb-10.11'

/** A way through the matrix (npm run cut:all, cut:each): one pair from its first provisioning to its end, cut on all of it. */
describe.skipIf(process.getuid?.() !== 0)(`Runs are cut, drawn by MMHA_CUT_SEED=${SEED} (needs root)`, () => {
  const stage = new Stage(SERVER, 'cuts')
  const change = new ChangeCuts(stage)
  const teardown = new TeardownCuts(stage, () => change.inventory)

  afterEach(() => stage.rest())
  afterAll(async () => {
    await stage.down()
    change.remove()
  })

  it('the first one, again and again: the same command goes on, and nothing is forgotten', async () => {
    await new FirstCuts(stage.mmha, stage.labName, stage.inventory).pass(SERVER, draws(), { few: 2, drawn: true })
  })

  it.each(drawn(CHANGE_PLACES, 1))(
    'a change, $kind before step $number of the $role: the same command finishes it, and nothing is lost',
    { timeout: 300_000 },
    async (place) => {
      await stage.found()
      await change.prepare()
      await change.at(place)
    },
  )

  it.each(drawn(TEARDOWN_PLACES, 1))(
    'a teardown, $kind before step $number of the $role: the same command finishes it, and nothing is lost',
    { timeout: 300_000 },
    (place) => teardown.at(place),
  )
})
