import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import { pairDocument, pairGroups } from './ansible/pair.ts'
import { invalid, type OpenFile, type SourceDocument } from './document.ts'
import { type InventoryFile, readInventoryFile } from './inventory-file.ts'
import { nearest } from './nearest.ts'
import { isFleetDocument, listedPairs } from './pair-list.ts'

/** A pair among others, before its document is checked. */
export interface PairSource {
  /** What `--pair` and `--limit` call it. */
  readonly name: string
  /** `file:line:column` of its name, or where it begins. */
  readonly place: string
  /** Its own document. @throws MmhaError (exit 4) */
  read(): SourceDocument
}

/** Files of a directory that are inventories. */
const FILE = /\.(ya?ml|json|ini)$/

/**
 * The pairs of a directory of inventories, of a `pairs:` list, or of an Ansible inventory that has several; in order.
 * @returns null: the file is the inventory of one pair
 * @throws MmhaError (exit 4) where not even their names can be read
 */
export function pairSources(file: string, open: OpenFile): readonly PairSource[] | null {
  return isDirectory(file) ? pairsInDirectory(file, open) : severalIn(readInventoryFile(file, open), open)
}

/** @throws MmhaError INVENTORY_INVALID (exit 4) naming the pairs that there are */
export function chosenPair(file: string, pairs: readonly PairSource[], asked: string | undefined): SourceDocument {
  const names = pairs.map(({ name }) => name)
  const [only, other] =
    asked === undefined && pairs.length > 1 ? [] : pairs.filter(({ name }) => name === (asked ?? name))
  if (only !== undefined && other === undefined) return only.read()
  if (only !== undefined) throw sameName(pairs.filter(({ name }) => name === asked))
  const fail = (message: string) =>
    invalid('INVENTORY_INVALID', [`${file}:1:1 ${message}`], `say which pair: --pair ${names[0] ?? 'NAME'}`)
  if (asked === undefined) throw fail(`has several pairs: ${names.join(', ')}; choose one with --pair NAME`)
  const near = nearest(asked, names)
  throw fail(`has no pair ${asked}; ${near === null ? `pairs: ${names.join(', ')}` : `did you mean ${near}?`}`)
}

/** Of pairs that are called alike. */
export function sameName(pairs: readonly Pick<PairSource, 'name' | 'place'>[]): MmhaError {
  const places = pairs.map(({ place }) => place)
  const lines = pairs.map(({ name, place }) => {
    const others = places.filter((one) => one !== place)
    return `${place} name: another pair is called ${name}, too: ${others.join(', ')}`
  })
  return invalid('INVENTORY_INVALID', lines, 'give each pair a name of its own')
}

export function isDirectory(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Its files in the order of their names; group_vars, host_vars and other folders belong to the files. */
export function pairsInDirectory(folder: string, open: OpenFile): readonly PairSource[] {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && FILE.test(entry.name))
    .map(({ name }) => join(folder, name))
    .sort()
  if (files.length === 0) {
    throw new MmhaError(`cannot read ${folder}: no file in this directory ends with .yml, .yaml, .json or .ini`, {
      code: 'DOCUMENT_UNREADABLE',
      source: 'user',
      exit: EXIT.invalid,
      where: folder,
      hint: 'put one inventory a pair into it; `mmha init` writes one',
    })
  }
  return files.flatMap((file) => {
    try {
      const read = readInventoryFile(file, open)
      return severalIn(read, open) ?? [onlyIn(file, read, open)]
    } catch (error) {
      // The other pairs can do without it.
      const read = (): SourceDocument => {
        throw error
      }
      return [{ name: baseName(file), place: `${file}:1:1`, read }]
    }
  })
}

function severalIn(file: InventoryFile, open: OpenFile): readonly PairSource[] | null {
  if (file.t === 'own') return isFleetDocument(file.source.data) ? listedPairs(file.source) : null
  const { tree } = file
  const groups = pairGroups(tree)
  if (groups.length < 2) return null
  return groups.map(({ name, place }) => ({
    name,
    place,
    read: () => ({ ...pairDocument(tree, name, open), pair: name }),
  }))
}

function onlyIn(file: string, read: InventoryFile, open: OpenFile): PairSource {
  const source = read.t === 'own' ? read.source : pairDocument(read.tree, undefined, open)
  const { data } = source
  const given: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'name') : undefined
  const named = typeof given === 'string' && given !== ''
  return { name: named ? given : baseName(file), place: source.at(named ? ['name'] : []), read: () => source }
}

/** As a pair is called whose document doesn't say. */
function baseName(file: string): string {
  return basename(file).replace(FILE, '')
}
