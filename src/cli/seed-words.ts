import { type Command, Option } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { connect } from '../hosts/connection.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { WayName } from '../seeding/way-names.ts'
import { checkThrottle, checkWay, WAYS_TEXT } from './copy-flags.ts'

/** As they were given. */
export interface SeedWords {
  readonly from: string | undefined
  readonly onto: string | undefined
  readonly by: string
  /** MB/s */
  readonly throttle: string | undefined
}

export interface SeedFlags {
  readonly seedFrom?: string
  readonly overwrite?: string
  readonly seedBy: string
  readonly throttle?: string
}

/** @param conflicts flags that leave a part of the run out, or do another */
export function withSeedFlags(command: Command, conflicts: string[]): Command {
  return command
    .addOption(
      new Option('--seed-from <host>', 'copy the data of this master onto the other, before they are joined').conflicts(
        conflicts,
      ),
    )
    .option('--overwrite <host>', 'with --seed-from: the master whose data is dropped, by name')
    .option('--seed-by <way>', `with --seed-from: how the copy is made: ${WAYS_TEXT}`, 'dump')
    .option('--throttle <MB/s>', 'with --seed-from: copy at most so fast')
}

/** @returns null: no copy is asked for */
export function seedWords({ seedFrom: from, overwrite: onto, seedBy: by, throttle }: SeedFlags): SeedWords | null {
  return from === undefined && onto === undefined ? null : { from, onto, by, throttle }
}

export interface SeedChoice {
  readonly from: string
  readonly onto: string
  readonly way: WayName
  /** Bytes a second at most; null: as fast as it goes. */
  readonly throttle: number | null
}

/** @throws MmhaError (exit 4) */
export function checkSeedWords({ masters, file }: Inventory, { from, onto, by, throttle }: SeedWords): SeedChoice {
  const ways = { way: checkWay('--seed-by', by), throttle: checkThrottle(throttle) }
  const names = masters.map(({ name }) => name)
  const wrong = [from, onto].find((name) => name === undefined || !names.includes(name))
  if (from !== undefined && onto !== undefined && from !== onto && names.includes(from) && names.includes(onto))
    return { from, onto, ...ways }
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
export async function requireNoHolder({ masters, vip }: Inventory, onto: string): Promise<void> {
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
