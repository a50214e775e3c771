import { expect } from 'vitest'
import { type Cut, type CutRun, CutRuns } from '../support/cut-run.ts'
import { lastDocument, type Mmha } from '../support/mmha.ts'

/** Runs that a pass may take: one that makes no progress must not go on for ever. */
const MOST = 60

export interface Draw {
  readonly kind: Cut
  /** Number of the step of each host before which the run is cut; `next`: as soon as one step is done anywhere. */
  readonly step: number | 'next'
}

/** The first provisioning of a fresh pair, cut again and again until the same command comes to its end. */
export class FirstCuts {
  readonly #mmha: Mmha
  readonly #lab: string
  readonly #inventory: string

  constructor(mmha: Mmha, lab: string, inventory: string) {
    this.#mmha = mmha
    this.#lab = lab
    this.#inventory = inventory
  }

  /** @param few cuts that there are at least @param drawn every other run asks for the one before: both ways have to come to the end */
  async pass(server: string, draw: () => Draw, { few, drawn }: { readonly few: number; readonly drawn: boolean }) {
    const [mmha, inventory] = [this.#mmha, this.#inventory]
    await mmha.ok('lab', 'down')
    await mmha.ok('lab', 'up', inventory, '--server', server)
    const runs = new CutRuns(this.#lab)
    runs.prepare()
    const provision = ['provision', inventory, '--yes']
    const key = ({ host, id }: { host: string; id: string }) => `${host} ${id}`
    let whole: CutRun['planned'] = []
    const done = new Set<string>()
    const after: string[] = []
    let cuts = 0
    // A reboot may undo the step before it, as rules of a firewall that are not kept yet: then it is cut one step later.
    let again = 0
    let rebooted = false
    let resumes = false
    for (;;) {
      const { kind, step: at } = draw()
      const step = at === 'next' ? (again === 0 ? at : 2 + again) : at + again
      const words = resumes ? [...provision, '--resume'] : provision
      const run = await runs.unlocked(words, step, kind)
      if (whole.length === 0) whole = run.planned
      for (const one of run.done) done.add(one)
      if (!run.cut) {
        expect(run.last, JSON.stringify(run)).toMatchObject({ type: 'result' })
        if (!resumes) break
      }
      resumes = drawn && !resumes
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
    // A host that was started anew has started what is enabled, with its settings; what only waits has nothing to wait for.
    const open = whole.filter((one) => !done.has(key(one)) && !/^(ready|history)\//.test(one.id))
    const forgotten = open.filter(({ id }) => !(rebooted && /\/(restart|started|restarted|reloaded)$/.test(id)))
    process.stdout.write(`${cuts} cuts:\n  ${after.join('\n  ')}\nnever done: ${open.map(key).join(', ')}\n`)
    expect(cuts).toBeGreaterThan(few)
    expect(forgotten.map(key)).toEqual([])
    const second = lastDocument<{ hosts: readonly { changed: number }[] }>(await mmha.ok(...provision, '--json'))
    expect(second.hosts.map(({ changed }) => changed)).toEqual([0, 0])
    expect(await mmha.ok('status', inventory)).toContain('whole: either host may be lost')
  }
}
