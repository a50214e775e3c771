import { EXIT, MmhaError } from '../events/error.ts'
import { chooseRenderer } from '../events/renderer.ts'
import { connect } from '../hosts/connection.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { labSshDefaults } from '../lab/inside.ts'
import { type PairRun, runPair } from './pair-run.ts'
import { flowed, seedPair } from './seed-pair.ts'

/** What both servers need before one is copied onto the other: everything of provision.yml that comes before replication. */
const BEFORE = 'preflight,server,configuration,firewall,accounts'

/**
 * `mmha provision --seed-from A --overwrite B`: servers and accounts first, then the copy, then the pair. A pair that is
 * joined already is not copied again.
 */
export async function provisionSeeded(
  run: PairRun,
  named: { readonly from: string | undefined; readonly onto: string | undefined },
): Promise<void> {
  const inventory = loadInventory(run.file, { sshDefaults: labSshDefaults })
  const { from, onto } = checkNames(inventory, named)
  const done = await runPair({ ...run, overwritten: onto, flags: { ...run.flags, tags: BEFORE } })
  if (done === null) return
  const { stdout, stderr, env } = process
  const { json = false, verbose = false } = run.flags
  const renderer = await chooseRenderer({ json, verbose, stdout, stderr, env })
  await requireNoHolder(inventory, onto)
  const seeded = await seedPair(inventory, {
    from,
    onto,
    throttle: null,
    tail: 'discard',
    members: 'leave',
    sink: renderer.sink,
  })
  await renderer.idle()
  const text =
    seeded === null
      ? `${from} and ${onto} are a pair already: nothing was copied`
      : `${onto} is a copy of ${from}: ${flowed(seeded)}`
  if (!json) stderr.write(`${text}\n`)
  await runPair(run)
}

function checkNames(
  { masters, file }: Inventory,
  { from, onto }: { readonly from: string | undefined; readonly onto: string | undefined },
): { readonly from: string; readonly onto: string } {
  const names = masters.map(({ name }) => name)
  const wrong = [from, onto].find((name) => name === undefined || !names.includes(name))
  if (from !== undefined && onto !== undefined && from !== onto && names.includes(from) && names.includes(onto))
    return { from, onto }
  const [one, two] = names
  throw new MmhaError(
    wrong === undefined
      ? `${from} can't be copied onto itself`
      : `--seed-from and --overwrite name the two masters of ${file}`,
    {
      code: 'SEED_NAMES',
      source: 'user',
      exit: EXIT.invalid,
      hint: `--seed-from ${one} --overwrite ${two} keeps the data of ${one} and drops that of ${two}`,
    },
  )
}

/** @throws MmhaError (exit 5) where the address is on the host that would be overwritten */
async function requireNoHolder({ masters, vip }: Inventory, onto: string): Promise<void> {
  const host = masters.find(({ name }) => name === onto)
  if (host === undefined) return
  const connection = await connect(onto, host.ssh)
  try {
    const { stdout: shown } = await connection.exec(`ip -o address show to ${vip.address}`)
    if (shown.trim() === '') return
  } finally {
    await connection.close()
  }
  throw new MmhaError(`${onto} holds the address: its data is the pair's`, {
    code: 'OVERWRITES_HOLDER',
    source: 'user',
    exit: EXIT.refused,
    host: onto,
    hint: 'to copy onto it: mmha switchover first, then mmha rejoin',
  })
}
