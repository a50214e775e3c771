import type { Connection } from '../hosts/connection.ts'
import { gather } from '../hosts/gather.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { requireInnodb, requirePrivileges, serversOf } from './preconditions.ts'
import { sqlOn } from './remote.ts'
import { dataSize } from './room.ts'
import { schemasOf } from './schemas.ts'
import { isMarked } from './seed.ts'
import type { WayName } from './way-names.ts'
import { wayNamed } from './ways.ts'

/** The pair's own schema. */
const OURS = 'mmha'

export interface PreviewOptions {
  readonly source: Connection
  readonly target: Connection
  readonly inventory: Inventory
  readonly way: WayName
  /** Bytes a second at most; null: as fast as it goes. */
  readonly throttle: number | null
}

/**
 * - `unknown`: a server is not there yet, or does not run, so nobody can say what would be copied.
 * - `nothing`: they are one pair already.
 * - `copy`: what would come, and what would go for it.
 */
export type SeedPreview =
  | { readonly kind: 'unknown'; readonly host: string; readonly why: string }
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'copy'
      /** What goes over: “a dump”. */
      readonly takes: string
      /** Of the source's files, about. */
      readonly bytes: number
      /** What the target holds and loses. */
      readonly dropped: { readonly schemas: readonly string[]; readonly bytes: number }
      /** A run was cut there: the target holds half a copy, or none. */
      readonly halfCopy: boolean
    }

/**
 * What `seed` would do, by looking alone.
 * @throws MmhaError (exit 5) where it would refuse before it touches anything
 */
export async function previewSeed(options: PreviewOptions): Promise<SeedPreview> {
  const { source, target, inventory, throttle } = options
  for (const connection of [source, target]) {
    const { server } = (await gather(connection)).facts
    if (server?.running === true) continue
    const why = server === null ? 'it has no database server yet' : 'its server does not run'
    return { kind: 'unknown', host: connection.name, why }
  }
  const halfCopy = await isMarked(target)
  if (!halfCopy && (await bothKnowOfHolder([source, target]))) return { kind: 'nothing' }
  const servers = await serversOf(source, target)
  const way = wayNamed(options.way)
  for (const host of [source, target]) await requirePrivileges(host, way.privileges)
  await requireInnodb(source)
  // Where a run was cut, what stands in the data directory is put in order before anybody can judge of its room.
  if (!halfCopy) await way.requireFit({ ...servers, source, target, inventory, throttle, sink: () => {} })
  const [bytes, room, held] = await Promise.all([dataSize(source), dataSize(target), schemasOf(target)])
  return {
    kind: 'copy',
    takes: way.takes,
    bytes,
    dropped: { schemas: held.filter((name) => name !== OURS), bytes: room },
    halfCopy,
  }
}

/** Before the pair is made nobody has the table. */
async function bothKnowOfHolder(hosts: readonly Connection[]): Promise<boolean> {
  for (const host of hosts) {
    const [table] = await sqlOn(host, 'look for its epoch', [
      "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA='mmha' AND TABLE_NAME='epoch'",
    ])
    if (table?.[0] !== '1') return false
    const [count] = await sqlOn(host, 'look for its epoch', ['SELECT COUNT(*) FROM mmha.epoch'])
    if (Number(count?.[0] ?? 0) === 0) return false
  }
  return true
}
