import { language } from '../events/language.ts'
import { ndjson, plain } from '../events/renderer.ts'
import { spokenIn } from '../events/spoken.ts'
import { type Connection, connect } from '../hosts/connection.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab } from '../lab/inside.ts'
import { previewSeed, type SeedPreview } from '../seeding/preview.ts'
import { type PairRun, runPair } from './pair-run.ts'
import { reachOptions } from './reach-options.ts'
import { checkSeedWords, requireNoHolder, type SeedChoice, type SeedWords } from './seed-words.ts'

/** `mmha plan --seed-from A --overwrite B`: what the seeded provision would do, by looking alone. @returns is there anything to do? */
export async function planSeeded(run: PairRun, words: SeedWords): Promise<boolean> {
  const inventory = loadInventory(run.file, reachOptions(run.flags))
  const { from, onto, way, throttle } = checkSeedWords(inventory, words)
  const addresses = inventory.masters.map(({ address }) => address)
  const inside = await ensureInLab(addresses, plain(process.stderr, false).sink)
  if (inside !== null) {
    process.exitCode = inside
    return false
  }
  await requireNoHolder(inventory, onto)
  const preview = await look(inventory, { from, onto, way, throttle })
  const lines = previewLines(preview, { from, onto, throttle })
  const data = { from, way, throttle, ...preview }
  if (run.flags.json === true)
    ndjson(process.stdout).sink({
      code: 'seed.plan',
      level: 'info',
      host: onto,
      message: lines.map((line) => line.trim()).join('; '),
      data,
    })
  const result = await runPair({ ...run, overwritten: onto })
  if (run.flags.json !== true) process.stdout.write(`\n${shown([HEADING, ...lines])}\n`)
  return (result?.steps.length ?? 0) > 0 || preview.kind !== 'nothing'
}

async function look(inventory: Inventory, { from, onto, way, throttle }: SeedChoice): Promise<SeedPreview> {
  const connections: Connection[] = []
  try {
    for (const name of [from, onto]) {
      const host = inventory.masters.find((one) => one.name === name)
      if (host === undefined) throw new Error(`${name} is no master`)
      connections.push(await connect(name, host.ssh))
    }
    const [source, target] = connections
    if (source === undefined || target === undefined) throw new Error('both masters are needed')
    return await previewSeed({ source, target, inventory, way, throttle })
  } finally {
    await Promise.all(connections.map((connection) => connection.close()))
  }
}

/** What a person reads of it. */
export function previewLines(
  preview: SeedPreview,
  { from, onto, throttle }: { readonly from: string; readonly onto: string; readonly throttle: number | null },
): readonly string[] {
  if (preview.kind === 'unknown')
    return [`  ${preview.host}: ${preview.why}; what is to be copied is looked at when it runs`]
  if (preview.kind === 'nothing') return [`  ${from} and ${onto} are a pair already: nothing would be copied`]
  const { takes, bytes, dropped, halfCopy } = preview
  const held = dropped.schemas.length === 0 ? 'no schemas of users' : `schemas ${dropped.schemas.join(', ')}`
  const time = throttle === null ? '' : `, at most ${mb(throttle)}/s: ${Math.ceil(bytes / throttle)} s or more`
  return [
    ...(halfCopy ? [`  ${onto}: holds half a copy of a run that was cut; this begins afresh`] : []),
    `  ${onto}: everything on it is dropped: ${held} (${mb(dropped.bytes)})`,
    `  ${onto}: takes ${takes} of ${from}: about ${mb(bytes)}${time}`,
    `  ${onto}: is closed to everybody until every table was compared with ${from}`,
  ]
}

function shown(lines: readonly string[]): string {
  return spokenIn(lines.join('\n'), language())
}

const HEADING = 'seeding, after servers and accounts, before replication'

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
