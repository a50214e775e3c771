import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LabHost } from '../../src/lab/state.ts'
import { WRITER_SCHEMA } from './role/writer.ts'
import { Stage, VIP } from './scenarios/stage.ts'
import { CUTS, type Cut, type CutRun, CutRuns } from './support/cut-run.ts'
import { drawn, KINDS } from './support/drawn.ts'
import { leftBehind } from './support/left-behind.ts'
import { lastDocument } from './support/mmha.ts'

const SERVER = process.env.MMHA_CUT_SERVER ?? 'mariadb-10.11'

/** Steps of one change, in their order, on the host that has the address when it begins and on the other. */
const STEPS = { standby: 7, holder: 7 } as const
type Role = keyof typeof STEPS

interface Point {
  readonly kind: Cut
  readonly role: Role
  /** Of the steps of this host; it is cut before it, with the one before done. */
  readonly number: number
}

const EVERY: readonly Point[] = CUTS.flatMap((kind) =>
  (['standby', 'holder'] as const).flatMap((role) =>
    Array.from({ length: STEPS[role] }, (_, i) => ({ kind, role, number: i + 1 })),
  ),
)

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

describe.skipIf(process.getuid?.() !== 0)(`A change of a pair that serves is cut, ${SERVER} (needs root)`, () => {
  const stage = new Stage(SERVER, 'cut')
  // A standby that has just been restarted is fetching what was written meanwhile.
  const runs = new CutRuns(stage.labName, () =>
    stage.until('commits wait for the standby', async () => stage.enforced(await stage.holder())),
  )
  const folder = mkdtempSync(join(tmpdir(), 'mmha-cut-'))
  const files = [join(folder, 'one.yml'), join(folder, 'two.yml')] as const
  let now: 0 | 1 = 0
  const words = (which: 0 | 1) => ['provision', files[which], '--yes', '--allow-restart']

  const up = async () => {
    await stage.up()
    runs.prepare()
    const { holder } = await stage.whole()
    await stage.sql(holder, ...WRITER_SCHEMA)
    for (const which of [0, 1] as const) writeFileSync(files[which], inventory(WANTED[which]))
    await stage.mmha.ok(...words(0))
    now = 0
  }
  beforeAll(up)
  afterEach(async ({ task }) => {
    await stage.rest()
    if (task.result?.state === 'fail' && process.env.MMHA_KEEP === undefined) await up()
  }, 300_000)
  afterAll(async () => {
    await stage.down()
    rmSync(folder, { recursive: true })
  })

  /** The host frees the lock of one that it no longer hears. */
  const run = async (...how: Parameters<CutRuns['run']>): Promise<CutRun> => {
    const deadline = Date.now() + 60_000
    let ended = await runs.run(...how)
    while (ended.exit === 75 && Date.now() < deadline) ended = await runs.run(...how)
    return ended
  }

  const settings = async (host: LabHost) => {
    const [back_log, max_connections] = (await stage.sql(host, 'SELECT @@back_log, @@max_connections'))
      .split('\t')
      .map(Number)
    const said = await stage.on(host, 'cat /etc/keepalived/*; iptables-save')
    const { clients, command } = WANTED[now]
    const witness = [...said.matchAll(/^ *witness ([\d.]+)/gm)].map(([, address]) => address).join(', ')
    const found = (text: string) => (said.includes(text) ? text : '')
    return { back_log, max_connections, clients: found(clients), command: found(command), witness }
  }

  const nothingIsLeft = async () => {
    const second = lastDocument<{ hosts: readonly { changed: number }[] }>(await stage.mmha.ok(...words(now), '--json'))
    expect(second.hosts.map(({ changed }) => changed)).toEqual([0, 0])
    expect(await Promise.all(stage.hosts.map(settings))).toEqual([WANTED[now], WANTED[now]])
    expect(await Promise.all(stage.hosts.map(leftBehind))).toEqual([[], []])
    expect(await stage.mmha.ok('status', files[now])).toContain('whole: either host may be lost')
  }

  it('has as many steps as the matrix cuts', async () => {
    const { holder, standby } = await stage.whole()
    now = 1
    const { exit, done, last } = await run(words(now), null, 'killed')
    expect(exit, JSON.stringify(last)).toBe(0)
    const of = (host: LabHost) => done.filter((one) => one.startsWith(`${host.name} `)).length
    process.stdout.write(`${done.join('\n')}\n`)
    expect({ standby: of(standby), holder: of(holder) }).toEqual(STEPS)
    await nothingIsLeft()
  })

  it.each(KINDS)(
    '%s after each step: the same command goes on, and nothing is lost',
    { timeout: 1_800_000 },
    async (kind) => {
      await stage.whole()
      now = now === 0 ? 1 : 0
      const load = await stage.load()
      let whole: CutRun['planned'] = []
      const done = new Set<string>()
      const known = runs.known()
      const after: string[] = []
      let again = 0
      for (;;) {
        const cut = await run(words(now), again === 0 ? 'next' : 2 + again, kind)
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
      for (const one of runs.journaled(known)) done.add(one)
      const open = whole.filter(({ host, id }) => !done.has(`${host} ${id}`) && !id.startsWith('ready/'))
      // A host that was started anew needs neither restart nor reload more.
      const forgotten = open.filter(
        ({ impact }) => STARTS_HOST[kind] !== true || !['restart', 'reload'].includes(impact),
      )
      expect(forgotten).toEqual([])
      await stage.settled(load)
      await nothingIsLeft()
    },
  )

  it.each(drawn(EVERY))(
    '$kind before step $number of the $role: the same command finishes it, and nothing is lost',
    { timeout: 300_000 },
    async ({ kind, role, number }) => {
      const pair = await stage.whole()
      const host = pair[role]
      now = now === 0 ? 1 : 0
      const load = await stage.load()
      const known = runs.known()
      const cut = await run(words(now), number, kind, host.name)
      expect(cut.cut, JSON.stringify(cut.last)).toBe(true)
      const rest = await run(words(now), null, kind)
      expect(rest.exit, JSON.stringify(rest.last)).toBe(0)
      const done = new Set([...cut.done, ...rest.done, ...runs.journaled(known)])
      // What only waits has nothing to wait for; a host that was started anew needs neither restart nor reload more.
      const forgotten = cut.planned.filter(
        ({ host: on, id, impact }) =>
          !done.has(`${on} ${id}`) &&
          !id.startsWith('ready/') &&
          !(
            (kind === 'reboot' || kind === 'power') &&
            on === host.name &&
            (impact === 'restart' || impact === 'reload')
          ),
      )
      expect(forgotten).toEqual([])
      await stage.settled(load)
      await nothingIsLeft()
    },
  )
})
