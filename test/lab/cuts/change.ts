import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { LabHost } from '../../../src/lab/state.ts'
import { WRITER_SCHEMA } from '../role/writer.ts'
import { type Stage, VIP } from '../scenarios/stage.ts'
import { type Cut, type CutRun, CutRuns } from '../support/cut-run.ts'
import { leftBehind } from '../support/left-behind.ts'
import { lastDocument } from '../support/mmha.ts'
import { ownFolder } from '../support/own-folder.ts'
import { type Place, placesOf } from './places.ts'

/** Steps of one change, in their order, on the host that has the address when it begins and on the other. */
export const CHANGE_STEPS = { standby: 7, holder: 7 } as const
export const CHANGE_PLACES = placesOf(CHANGE_STEPS)

/** Runs that a change may take: one that makes no progress must not go on for ever. */
const MOST = 60
const STARTS_HOST: Readonly<Partial<Record<Cut, true>>> = { reboot: true, power: true }

interface Wanted {
  readonly back_log: number
  readonly max_connections: number
  readonly clients: string
  readonly command: string
  readonly witness: string
}

/** There and back: each run of the matrix is a change of a pair that serves. */
const WANTED: readonly [Wanted, Wanted] = [
  { back_log: 150, max_connections: 210, clients: '10.77.0.0/24', command: '/usr/bin/true one', witness: '10.77.0.1' },
  {
    back_log: 160,
    max_connections: 220,
    clients: '10.77.0.0/16',
    command: '/usr/bin/true two',
    witness: '10.77.0.254, 10.77.0.1',
  },
]

function inventory({ back_log, max_connections, clients, command, witness }: Wanted): string {
  return `vip: ${VIP}/24
nic: host0
masters: [10.77.0.11, 10.77.0.12]
clients: [${clients}]
server: { settings: { back_log: ${back_log}, max_connections: ${max_connections} } }
notify: { command: ${command} }
witness: [${witness}]
`
}

/** A change of a pair that serves, cut under the load of clients. */
export class ChangeCuts {
  readonly #stage: Stage
  readonly #runs: CutRuns
  readonly #folder = ownFolder('cut')
  readonly #files = [join(this.#folder, 'one.yml'), join(this.#folder, 'two.yml')] as const
  #now: 0 | 1 = 0

  constructor(stage: Stage) {
    this.#stage = stage
    // A standby that has just been restarted is fetching what was written meanwhile.
    this.#runs = new CutRuns(stage.labName, () =>
      stage.until('commits wait for the standby', async () => stage.enforced(await stage.holder())),
    )
  }

  /** The pair as it is before the first change. */
  async prepare(): Promise<void> {
    const stage = this.#stage
    this.#runs.prepare()
    const { holder } = await stage.whole()
    await stage.sql(holder, ...WRITER_SCHEMA)
    for (const which of [0, 1] as const) writeFileSync(this.#files[which], inventory(WANTED[which]))
    this.#now = 0
    await stage.mmha.ok(...this.#words())
  }

  /** The inventory as it is by now. */
  get inventory(): string {
    return this.#files[this.#now]
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }

  /** A change that is not cut. @returns how many steps each host had */
  async uncut() {
    const { holder, standby } = await this.#stage.whole()
    this.#now = 1
    const { exit, done, last } = await this.#run(null, 'killed')
    expect(exit, JSON.stringify(last)).toBe(0)
    const of = (host: LabHost) => done.filter((one) => one.startsWith(`${host.name} `)).length
    process.stdout.write(`${done.join('\n')}\n`)
    const steps = { standby: of(standby), holder: of(holder) }
    await this.#nothingIsLeft()
    return steps
  }

  /** One change, cut after each of its steps, one after another. */
  async pass(kind: Cut): Promise<void> {
    const stage = this.#stage
    await stage.whole()
    this.#now = this.#now === 0 ? 1 : 0
    const load = await stage.load()
    let whole: CutRun['planned'] = []
    const done = new Set<string>()
    const known = this.#runs.known()
    const after: string[] = []
    let again = 0
    for (;;) {
      const cut = await this.#run(again === 0 ? 'next' : 2 + again, kind)
      if (whole.length === 0) whole = cut.planned
      for (const one of cut.done) done.add(one)
      if (!cut.cut) {
        process.stdout.write(`${after.length} cuts:\n  ${after.join('\n  ')}\n`)
        expect(cut.exit, JSON.stringify(cut.last)).toBe(0)
        break
      }
      const place = `${kind}: ${cut.after.join(', ')}`
      again = place === after.at(-1) ? again + 1 : 0
      after.push(place)
      process.stdout.write(`${place}\n`)
      expect(after.length).toBeLessThan(MOST)
    }
    expect(after.length).toBeGreaterThan(5)
    for (const one of this.#runs.journaled(known)) done.add(one)
    const open = whole.filter(({ host, id }) => !done.has(`${host} ${id}`) && !id.startsWith('ready/'))
    // A host that was started anew needs neither restart nor reload more.
    const forgotten = open.filter(({ impact }) => STARTS_HOST[kind] !== true || !['restart', 'reload'].includes(impact))
    expect(forgotten).toEqual([])
    await stage.settled(load)
    await this.#nothingIsLeft()
  }

  /** One change, cut at one place. */
  async at({ kind, role, number }: Place): Promise<void> {
    const stage = this.#stage
    const host = (await stage.whole())[role]
    this.#now = this.#now === 0 ? 1 : 0
    const load = await stage.load()
    const known = this.#runs.known()
    const cut = await this.#run(number, kind, host.name)
    expect(cut.cut, JSON.stringify(cut.last)).toBe(true)
    const rest = await this.#run(null, kind)
    expect(rest.exit, JSON.stringify(rest.last)).toBe(0)
    const done = new Set([...cut.done, ...rest.done, ...this.#runs.journaled(known)])
    // What only waits has nothing to wait for; a host that was started anew needs neither restart nor reload more.
    const forgotten = cut.planned.filter(
      ({ host: on, id, impact }) =>
        !done.has(`${on} ${id}`) &&
        !id.startsWith('ready/') &&
        !(STARTS_HOST[kind] === true && on === host.name && (impact === 'restart' || impact === 'reload')),
    )
    expect(forgotten).toEqual([])
    await stage.settled(load)
    await this.#nothingIsLeft()
  }

  #words() {
    return ['provision', this.inventory, '--yes', '--allow-restart'] as const
  }

  #run(step: number | string | null, kind: Cut, only: string | null = null): Promise<CutRun> {
    return this.#runs.unlocked(this.#words(), step, kind, only)
  }

  async #settings(host: LabHost) {
    const stage = this.#stage
    const [back_log, max_connections] = (await stage.sql(host, 'SELECT @@back_log, @@max_connections'))
      .split('\t')
      .map(Number)
    const said = await stage.on(host, 'cat /etc/keepalived/*; iptables-save')
    const { clients, command } = WANTED[this.#now]
    const witness = [...said.matchAll(/^ *witness ([\d.]+)/gm)].map(([, address]) => address).join(', ')
    const found = (text: string) => (said.includes(text) ? text : '')
    return { back_log, max_connections, clients: found(clients), command: found(command), witness }
  }

  async #nothingIsLeft(): Promise<void> {
    const { mmha, hosts } = this.#stage
    const second = lastDocument<{ hosts: readonly { changed: number }[] }>(await mmha.ok(...this.#words(), '--json'))
    expect(second.hosts.map(({ changed }) => changed)).toEqual([0, 0])
    const settings = await Promise.all(hosts.map((host) => this.#settings(host)))
    expect(settings).toEqual([WANTED[this.#now], WANTED[this.#now]])
    expect(await Promise.all(hosts.map(leftBehind))).toEqual([[], []])
    expect(await mmha.ok('status', this.inventory)).toContain('whole: either host may be lost')
  }
}
