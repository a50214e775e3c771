import { type DocumentPath, invalid, type SourceDocument } from './document.ts'
import { nearest } from './nearest.ts'
import type { PairSource } from './pairs.ts'
import { inventorySchema, OF_ONE as OWN_KEYS } from './schema.ts'

type Keys = Readonly<Record<string, unknown>>

const OF_ONE: readonly string[] = OWN_KEYS

const HINT = 'docs/fleet.md shows a file with several pairs'

/** True for a document that lists pairs instead of being one. */
export function isFleetDocument(data: unknown): boolean {
  return isMap(data) && 'pairs' in data
}

/**
 * The pairs of a `pairs:` list; the keys beside `pairs` are what a pair has that doesn't say it itself.
 * @throws MmhaError INVENTORY_INVALID (exit 4) when there is no list, or a pair without a name
 */
export function listedPairs(source: SourceDocument): readonly PairSource[] {
  const { pairs, ...shared } = isMap(source.data) ? source.data : {}
  const entries: readonly unknown[] = Array.isArray(pairs) ? pairs : []
  const problems = Object.keys(shared).flatMap((key) => misplaced(source, key))
  if (entries.length === 0)
    problems.push(`${source.at(['pairs'])} pairs: expected a list of pairs, each with name, vip and masters`)
  const found = entries.map((entry, i) => {
    const own = isMap(entry) ? entry : {}
    const name = typeof own.name === 'string' ? own.name : ''
    if (!isMap(entry)) problems.push(`${source.at(['pairs', i])} pairs[${i}]: expected a map`)
    else if (name === '') problems.push(`${source.at(['pairs', i])} pairs[${i}].name: missing; expected text`)
    const document = documentOf(source, { i, name, own, shared })
    return { name, place: source.at(['pairs', i, 'name']), read: () => document }
  })
  if (problems.length > 0) throw invalid('INVENTORY_INVALID', problems, HINT)
  return found
}

function misplaced(source: SourceDocument, key: string): string[] {
  const known = Object.keys(inventorySchema.shape).filter((one) => !OF_ONE.includes(one))
  if (known.includes(key)) return []
  const place = source.atKey([], key)
  if (OF_ONE.includes(key)) return [`${place} ${key}: belongs to one pair; write it into each entry of pairs`]
  const near = nearest(key, [...known, 'pairs'])
  return [
    `${place} ${key}: unknown key; ${near === null ? `known keys: ${known.join(', ')}` : `did you mean ${near}?`}`,
  ]
}

/** A pair as a document of its own, with its places in the list. */
function documentOf(
  source: SourceDocument,
  { i, name, own, shared }: { readonly i: number; readonly name: string; readonly own: Keys; readonly shared: Keys },
): SourceDocument {
  const whole = (path: DocumentPath): DocumentPath => {
    const [key] = path
    return typeof key === 'string' && !(key in own) && key in shared ? path : ['pairs', i, ...path]
  }
  return {
    file: source.file,
    pair: name,
    data: { ...shared, ...own },
    at: (path) => source.at(whole(path)),
    atKey: (path, key) => source.atKey(whole([...path, key]).slice(0, -1), key),
    slips: () => [],
  }
}

function isMap(value: unknown): value is Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
