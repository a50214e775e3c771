import { takeLock } from '../engine/lock.ts'
import { language } from '../events/language.ts'
import { seeding } from '../events/messages/seeding.ts'
import { chooseRenderer, plain } from '../events/renderer.ts'
import { connect } from '../hosts/connection.ts'
import { gather } from '../hosts/gather.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab } from '../lab/inside.ts'
import { isMarked, putBackWhatWasCut } from '../seeding/seed.ts'
import { type PairRun, runPair } from './pair-run.ts'
import { reachOptions } from './reach-options.ts'
import { flowed, seedPair } from './seed-pair.ts'
import { checkSeedWords, requireNoHolder, type SeedWords } from './seed-words.ts'

/** What both servers need before one is copied onto the other: everything of provision.yml that comes before replication. */
const BEFORE = 'preflight,server,configuration,firewall,accounts'

/**
 * `mmha provision --seed-from A --overwrite B`: servers and accounts first, then the copy, then the pair. A pair that is
 * joined already is not copied again.
 */
export async function provisionSeeded(run: PairRun, words: SeedWords): Promise<void> {
  const inventory = loadInventory(run.file, reachOptions(run.flags))
  const { from, onto, way, throttle } = checkSeedWords(inventory, words)
  if (await cutBefore(inventory, onto)) return
  const done = await runPair({ ...run, overwritten: onto, flags: { ...run.flags, tags: BEFORE } })
  if (done === null) return
  const { stdout, stderr, env } = process
  const { json = false, verbose = 0 } = run.flags
  const renderer = await chooseRenderer({ json, verbose, stdout, stderr, env })
  await requireNoHolder(inventory, onto)
  const seeded = await seedPair(inventory, {
    from,
    onto,
    way,
    throttle,
    tail: 'discard',
    members: 'leave',
    sink: renderer.sink,
  })
  await renderer.idle()
  const text =
    seeded === null
      ? seeding('seed.joined', { from, onto })
      : seeding('seed.copy', { from, onto, what: flowed(seeded) })
  if (!json) stderr.write(`${text[language()]}\n`)
  await runPair(run)
}

/**
 * What needs the server of a host where a run was cut, perhaps with its files aside and its server down, finds it running.
 * @returns true: the command was handed on into the lab's network; the exit code is set then
 */
async function cutBefore({ masters }: Inventory, onto: string): Promise<boolean> {
  const addresses = masters.map(({ address }) => address)
  const inside = await ensureInLab(addresses, plain(process.stderr, false).sink)
  if (inside !== null) {
    process.exitCode = inside
    return true
  }
  const host = masters.find(({ name }) => name === onto)
  if (host === undefined) throw new Error(`${onto} is no master`)
  const connection = await connect(onto, host.ssh)
  try {
    if (!(await isMarked(connection))) return false
    const lock = await takeLock(connection)
    try {
      const { server } = (await gather(connection)).facts
      if (server !== null) await putBackWhatWasCut(connection, server.unit)
    } finally {
      await lock.release()
    }
    return false
  } finally {
    await connection.close()
  }
}
