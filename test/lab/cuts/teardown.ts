import { expect } from 'vitest'
import type { LabHost } from '../../../src/lab/state.ts'
import type { Stage } from '../scenarios/stage.ts'
import { type Cut, CutRuns } from '../support/cut-run.ts'
import { leftBehind } from '../support/left-behind.ts'
import { lastDocument } from '../support/mmha.ts'
import { type Place, placesOf } from './places.ts'

export const TEARDOWN_STEPS = { standby: 7, holder: 9 } as const
export const TEARDOWN_PLACES = placesOf(TEARDOWN_STEPS)

/** mmha is taken off a pair under the load of clients, and is cut. Each leaves a pair that is none any more. */
export class TeardownCuts {
  readonly #stage: Stage
  readonly #inventory: () => string
  readonly #runs: CutRuns

  constructor(stage: Stage, inventory = () => stage.inventory) {
    this.#stage = stage
    this.#inventory = inventory
    this.#runs = new CutRuns(stage.labName)
  }

  prepare(): void {
    this.#runs.prepare()
  }

  /** One that is not cut. @returns how many steps each host had */
  async uncut() {
    const stage = this.#stage
    const { holder, standby } = await stage.whole()
    const load = await stage.load()
    const { exit, done, last } = await this.#run(null, 'killed')
    expect(exit, JSON.stringify(last)).toBe(0)
    await this.#twoServersWithoutUs((await stage.ended(load)).inserted)
    const of = (host: LabHost) => done.filter((one) => one.startsWith(`${host.name} `)).length
    process.stdout.write(`${done.join('\n')}\n`)
    return { standby: of(standby), holder: of(holder) }
  }

  /** Cut after each step, one after another. */
  async pass(kind: Cut): Promise<void> {
    const stage = this.#stage
    await stage.whole()
    const load = await stage.load()
    const after: string[] = []
    let again = 0
    for (;;) {
      const cut = await this.#run(again === 0 ? 'next' : 2 + again, kind)
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
    await this.#twoServersWithoutUs((await stage.ended(load)).inserted)
  }

  /** Cut at one place. */
  async at({ kind, role, number }: Place): Promise<void> {
    const stage = this.#stage
    const host = (await stage.whole())[role]
    const load = await stage.load()
    const cut = await this.#run(number, kind, host.name)
    expect(cut.cut, JSON.stringify(cut.last)).toBe(true)
    const rest = await this.#run(null, kind)
    expect(rest.exit, JSON.stringify(rest.last)).toBe(0)
    await this.#twoServersWithoutUs((await stage.ended(load)).inserted)
  }

  get #words() {
    return ['teardown', this.#inventory(), '--yes'] as const
  }

  #run(step: number | string | null, kind: Cut, only: string | null = null) {
    return this.#runs.unlocked(this.#words, step, kind, only)
  }

  async #twoServersWithoutUs(written: readonly string[]): Promise<void> {
    const stage = this.#stage
    const again = await stage.mmha.ok(...this.#words, '--json')
    const second = lastDocument<{ hosts: readonly { changed: number }[] }>(again)
    expect(second.hosts.map(({ changed }) => changed)).toEqual([0, 0])
    const open = async (host: LabHost) => (await stage.sql(host, 'SELECT @@global.read_only')) === '0'
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
}
