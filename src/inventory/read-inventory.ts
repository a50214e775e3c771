import { pairDocument } from './ansible/pair.ts'
import { invalid, type OpenFile, type SourceDocument } from './document.ts'
import { readInventoryFile } from './inventory-file.ts'
import { isFleetDocument, listedPairs } from './pair-list.ts'
import { chosenPair, isDirectory, pairsInDirectory } from './pairs.ts'

/**
 * Reads the inventory of one pair.
 * @param pair which one of several; undefined: there is one
 * @throws MmhaError (exit 4)
 */
export function readInventory(file: string, pair: string | undefined, open: OpenFile): SourceDocument {
  if (isDirectory(file)) return chosenPair(file, pairsInDirectory(file, open), pair)
  const read = readInventoryFile(file, open)
  if (read.t === 'ansible') return { ...pairDocument(read.tree, pair, open), ...(pair === undefined ? {} : { pair }) }
  if (isFleetDocument(read.source.data)) return chosenPair(file, listedPairs(read.source), pair)
  if (pair === undefined) return read.source
  throw invalid(
    'INVENTORY_INVALID',
    [`${file}:1:1 is the inventory of one pair`],
    '--pair chooses one of several pairs; leave it out',
  )
}
