import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LabHost } from '../../src/lab/state.ts'
import { WRITER_SCHEMA } from './role/writer.ts'
import { Stage } from './scenarios/stage.ts'
import { CUTS, type CutRun, CutRuns } from './support/cut-run.ts'
import { drawn, KINDS } from './support/drawn.ts'
import { leftBehind } from './support/left-behind.ts'
import { lastDocument } from './support/mmha.ts'
import { Snapshot } from './support/snapshot.ts'

const SERVER = process.env.MMHA_CUT_SERVER ?? 'mariadb-10.11'
const STEPS = { standby: 7, holder: 9 } as const

const EVERY = CUTS.flatMap((kind) =>
  (['standby', 'holder'] as const).flatMap((role) =>
    Array.from({ length: STEPS[role] }, (_, i) => ({ kind, role, number: i + 1 })),
  ),
)

describe.skipIf(process.getuid?.() !== 0)(`A teardown is cut, ${SERVER} (needs root)`, () => {
  const stage = new Stage(SERVER, 'off')
  const runs = new CutRuns(stage.labName)
  const words = ['teardown', stage.inventory, '--yes']
  let snapshot: Snapshot

  beforeAll(async () => {
    await stage.up()
    runs.prepare()
    const { holder } = await stage.whole()
    await stage.sql(holder, ...WRITER_SCHEMA)
    snapshot = await Snapshot.take(stage.lab, stage.hosts)
  })
  afterEach(() => stage.rest())
  afterAll(() => stage.down())

  /** The host frees the lock of one that it no longer hears. */
  const run = async (...how: Parameters<CutRuns['run']>): Promise<CutRun> => {
    const deadline = Date.now() + 60_000
    let ended = await runs.run(...how)
    while (ended.exit === 75 && Date.now() < deadline) ended = await runs.run(...how)
    return ended
  }

  const open = async (host: LabHost) => (await stage.sql(host, 'SELECT @@global.read_only')) === '0'

  const twoServersWithoutUs = async (written: readonly string[]) => {
    const second = lastDocument<{ hosts: readonly { changed: number }[] }>(await stage.mmha.ok(...words, '--json'))
    expect(second.hosts.map(({ changed }) => changed)).toEqual([0, 0])
    const opened = await Promise.all(stage.hosts.map(open))
    expect(opened.toSorted()).toEqual([false, true])
    const source = stage.hosts[opened[0] === true ? 0 : 1]
    const ids = await stage.ids(source)
    expect(written.filter((id) => !ids.has(id))).toEqual([])
    await stage.until('the standby follows', () => stage.replicates(stage.other(source)))
    expect(await stage.channel(source)).toBe('')
    await stage.same()
    for (const host of stage.hosts) {
      expect(await stage.holds(host)).toBe(false)
      expect(await stage.on(host, 'dpkg-query -W mmha-keepalived 2>/dev/null || :')).toBe('')
      expect(await stage.sql(host, "SELECT user FROM mysql.user WHERE user='mmha_role'")).toBe('')
    }
    expect(await Promise.all(stage.hosts.map(leftBehind))).toEqual([[], []])
  }

  it('has as many steps as the matrix cuts', async () => {
    await snapshot.restore()
    const { holder, standby } = await stage.whole()
    const load = await stage.load()
    const { exit, done, last } = await run(words, null, 'killed')
    expect(exit, JSON.stringify(last)).toBe(0)
    await twoServersWithoutUs((await stage.ended(load)).inserted)
    const of = (host: LabHost) => done.filter((one) => one.startsWith(`${host.name} `)).length
    process.stdout.write(`${done.join('\n')}\n`)
    expect({ standby: of(standby), holder: of(holder) }).toEqual(STEPS)
  })

  it.each(KINDS)(
    '%s after each step: the same command goes on, and nothing is lost',
    { timeout: 1_800_000 },
    async (kind) => {
      await snapshot.restore()
      await stage.whole()
      const load = await stage.load()
      const after: string[] = []
      let again = 0
      for (;;) {
        const cut = await run(words, again === 0 ? 'next' : 2 + again, kind)
        if (!cut.cut) {
          expect(cut.exit, JSON.stringify(cut.last)).toBe(0)
          break
        }
        const place = `${kind}: ${cut.after.join(', ')}`
        again = place === after.at(-1) ? again + 1 : 0
        after.push(place)
        process.stdout.write(`${place}\n`)
        expect(after.length).toBeLessThan(40)
      }
      expect(after.length).toBeGreaterThan(4)
      await twoServersWithoutUs((await stage.ended(load)).inserted)
    },
  )

  it.each(drawn(EVERY))(
    '$kind before step $number of the $role: the same command finishes it, and nothing is lost',
    { timeout: 300_000 },
    async ({ kind, role, number }) => {
      await snapshot.restore()
      const host = (await stage.whole())[role]
      const load = await stage.load()
      const cut = await run(words, number, kind, host.name)
      expect(cut.cut, JSON.stringify(cut.last)).toBe(true)
      const rest = await run(words, null, kind)
      expect(rest.exit, JSON.stringify(rest.last)).toBe(0)
      await twoServersWithoutUs((await stage.ended(load)).inserted)
    },
  )
})
