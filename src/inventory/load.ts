import { errors } from '../events/messages/errors.ts'
import { type DocumentPath, invalid, type OpenFile, type Problem, type SourceDocument } from './document.ts'
import type { Inventory } from './inventory.ts'
import { openVaultText } from './open-vault.ts'
import { readInventory } from './read-inventory.ts'
import { resolveInventory } from './resolve.ts'
import type { SshDefaults } from './resolve-ssh.ts'
import { brokenRules } from './rules.ts'
import { inventorySchema } from './schema.ts'
import { checkDocument, placed } from './schema-check.ts'
import { type VaultPassword, vaultPasswordFrom } from './vault-password.ts'

export interface LoadOptions {
  /** SSH settings for an address (a lab's key and known_hosts) where the document gives none. */
  readonly sshDefaults?: SshDefaults
  /** Trust hosts that were never seen, and remember their keys (`--accept-new`). */
  readonly acceptNew?: boolean
  /** Which of several pairs; absent: there is one (`--pair`). */
  readonly pair?: string
  /** Where `{env: NAME}` secrets come from; default process.env. */
  readonly env?: NodeJS.ProcessEnv
  /** Opens what ansible-vault encrypted; default: the environment's, and nobody is asked. */
  readonly vaultPassword?: VaultPassword
}

/**
 * Loads an inventory: reads, checks, fills in the defaults.
 * @throws MmhaError (exit 4) with every problem of the file, one line each: `file:line:column path: message`.
 */
export function loadInventory(file: string, options: LoadOptions = {}): Inventory {
  const vaultPassword = options.vaultPassword ?? fromEnvironment(options)
  const source = readInventory(file, options.pair, openWith({ ...options, vaultPassword }))
  return inventoryFrom(source, { ...options, vaultPassword })
}

/** Opens files that are encrypted as a whole. */
export function openWith(options: LoadOptions): OpenFile {
  const vaultPassword = options.vaultPassword ?? fromEnvironment(options)
  return (envelope, encrypted) => {
    const found = openVaultText(envelope, vaultPassword)
    if ('plain' in found) return found.plain
    throw invalid('INVENTORY_INVALID', [`${encrypted}:1:1 ${found.problem}`], '`mmha vault view` tries a password')
  }
}

function fromEnvironment(options: LoadOptions): VaultPassword {
  return vaultPasswordFrom(options.env ?? process.env, () => null)
}

/** The same from a document that was read before. */
export function inventoryFrom(source: SourceDocument, options: LoadOptions = {}): Inventory {
  const hint = errors('document.inventory.do', { file: source.file })
  const document = checkDocument(source, inventorySchema, 'INVENTORY_INVALID', hint)
  const problems: Problem[] = []
  const inventory = resolveInventory(document, {
    file: source.file,
    sshDefaults: options.sshDefaults ?? (() => null),
    acceptNew: options.acceptNew ?? false,
    env: options.env ?? process.env,
    vaultPassword: options.vaultPassword ?? fromEnvironment(options),
    report: (problem) => problems.push(problem),
  })
  problems.push(...brokenRules(inventory))
  if (problems.length > 0) {
    throw invalid('INVENTORY_INVALID', placed(source, problems), hint)
  }
  return source.pair === undefined ? inventory : { ...inventory, pair: source.pair }
}

/** `file:line:column` of a value of an inventory that was loaded, for what is only found on the hosts. */
export function placeInInventory(inventory: Inventory, path: DocumentPath): string {
  try {
    // Of a file that is encrypted as a whole, lines say nothing to who looks at it.
    return readInventory(inventory.file, inventory.pair, () => '').at(path)
  } catch {
    return inventory.file
  }
}
