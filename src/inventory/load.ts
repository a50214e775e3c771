import { type DocumentPath, invalid, type Problem, readDocument, type SourceDocument } from './document.ts'
import type { Inventory } from './inventory.ts'
import { resolveInventory, type SshDefaults } from './resolve.ts'
import { brokenRules } from './rules.ts'
import { inventorySchema } from './schema.ts'
import { checkDocument, placed } from './schema-check.ts'

export interface LoadOptions {
  /** SSH settings for an address (a lab's key and known_hosts) where the document gives none. */
  readonly sshDefaults?: SshDefaults
  /** Where `{env: NAME}` secrets come from; default process.env. */
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Loads an inventory: reads, checks, fills in the defaults.
 * @throws MmhaError (exit 4) with every problem of the file, one line each: `file:line:column path: message`.
 */
export function loadInventory(file: string, options: LoadOptions = {}): Inventory {
  return inventoryFrom(readDocument(file), options)
}

/** The same from a document that was read before. */
export function inventoryFrom(source: SourceDocument, options: LoadOptions = {}): Inventory {
  const hint = `correct ${source.file} and run the same command again; \`mmha init\` writes an inventory, docs/inventory.md has every key`
  const document = checkDocument(source, inventorySchema, 'INVENTORY_INVALID', hint)
  const problems: Problem[] = []
  const inventory = resolveInventory(document, {
    file: source.file,
    sshDefaults: options.sshDefaults ?? (() => null),
    env: options.env ?? process.env,
    report: (problem) => problems.push(problem),
  })
  problems.push(...brokenRules(inventory))
  if (problems.length > 0) {
    throw invalid('INVENTORY_INVALID', placed(source, problems), hint)
  }
  return inventory
}

/** `file:line:column` of a value of an inventory that was loaded, for what is only found on the hosts. */
export function placeInInventory(inventory: Inventory, path: DocumentPath): string {
  try {
    return readDocument(inventory.file).at(path)
  } catch {
    return inventory.file
  }
}
