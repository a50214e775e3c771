import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CUTS, type Cut, type CutRun, CutRuns } from './support/cut-run.ts'
import { KINDS, numbers, SEED } from './support/drawn.ts'
import { lastDocument, Mmha } from './support/mmha.ts'

const INVENTORY = 'inventories/lab.yml'
const PROVISION = ['provision', INVENTORY, '--yes']
/** `all`: each kind of cut after each step. Else one pass with a kind drawn for each cut, after 1 to 4 steps. */
const ALL = process.env.MMHA_CUT === 'all'
const SERVER = process.env.MMHA_CUT_SERVER ?? 'mariadb-10.11'
const NAME = `cuts-${SERVER.replace('.', '-')}`
/** Runs that a pass may take: one that makes no progress must not go on for ever. */
const MOST = 60

interface Draw {
  readonly kind: Cut
  /** Number of the step of each host before which the run is cut. */
  readonly step: number
}

/** A kind and a place for each cut. */
function draws(): () => Draw {
  const next = numbers(SEED)
  return () => ({ kind: CUTS[next(CUTS.length)] ?? 'killed', step: 2 + next(4) })
}

const PASSES: readonly (readonly [string, () => Draw])[] = ALL
  ? KINDS.map((kind) => [`${kind} after each step`, () => ({ kind, step: 2 })])
  : [[`drawn by MMHA_CUT_SEED=${SEED}`, draws()]]

describe.skipIf(process.getuid?.() !== 0)('A run is cut anywhere, and goes on (needs root)', () => {
  const mmha = new Mmha(NAME)
  const runs = new CutRuns(NAME)
  const key = ({ host, id }: { host: string; id: string }) => `${host} ${id}`

  beforeAll(() => process.stdout.write(`MMHA_CUT_SEED=${SEED}\n`))
  afterAll(() => mmha.ok('lab', 'down'))

  it.each(PASSES)(
    '%s: the same command goes on, and nothing is forgotten',
    { timeout: 900_000 },
    async (_name, draw) => {
      await mmha.ok('lab', 'down')
      await mmha.ok('lab', 'up', INVENTORY, '--server', SERVER)
      runs.prepare()
      let whole: CutRun['planned'] = []
      const done = new Set<string>()
      const after: string[] = []
      let cuts = 0
      // A reboot may undo the step before it, as rules of a firewall that are not kept yet: then it is cut one step later.
      let again = 0
      let rebooted = false
      let resumes = false
      for (;;) {
        const { kind, step: drawn } = draw()
        const step = ALL && again === 0 ? 'next' : drawn + again
        // In a drawn pass every other run asks for the one before; both ways have to come to the end.
        const words = resumes ? [...PROVISION, '--resume'] : PROVISION
        let run = await runs.run(words, step, kind)
        // The host frees the lock of one that it no longer hears.
        const deadline = Date.now() + 30_000
        while (run.exit === 75 && Date.now() < deadline) run = await runs.run(words, step, kind)
        if (whole.length === 0) whole = run.planned
        for (const one of run.done) done.add(one)
        if (!run.cut) {
          expect(run.last, JSON.stringify(run)).toMatchObject({ type: 'result' })
          if (!resumes) break
        }
        resumes = !(ALL || resumes)
        if (!run.cut) continue
        cuts += 1
        const place = `${kind}: ${run.after.join(', ')}`
        again = place === after.at(-1) ? again + 1 : 0
        after.push(place)
        rebooted ||= kind === 'reboot' || kind === 'power'
        expect(cuts).toBeLessThan(MOST)
      }
      for (const one of runs.journaled(new Set())) done.add(one)
      // A run that is not cut finds no history to forget either: what was installed is started with its settings.
      // A host that was started anew needs no restart and no reload more; what only waits has nothing to wait for.
      const open = whole.filter((one) => !done.has(key(one)) && !/^(ready|history)\//.test(one.id))
      const forgotten = open.filter(({ impact }) => !(rebooted && (impact === 'restart' || impact === 'reload')))
      process.stdout.write(`${cuts} cuts:\n  ${after.join('\n  ')}\nnever done: ${open.map(key).join(', ')}\n`)
      expect(cuts).toBeGreaterThan(ALL ? 12 : 3)
      expect(forgotten.map(key)).toEqual([])
      const second = lastDocument<{ hosts: readonly { changed: number }[] }>(await mmha.ok(...PROVISION, '--json'))
      expect(second.hosts.map(({ changed }) => changed)).toEqual([0, 0])
      expect(await mmha.ok('status', INVENTORY)).toContain('whole: either host may be lost')
    },
  )
})
