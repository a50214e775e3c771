import { looksLikeIni, parseIni } from './ansible/ini.ts'
import type { Tree } from './ansible/tree.ts'
import { looksLikeGroups, parseGroups } from './ansible/yaml.ts'
import { type OpenFile, parseSource, readText, type SourceDocument } from './document.ts'

/** An inventory's file: mmha's own YAML, or one of Ansible (INI, YAML) with group_vars and host_vars beside it. */
export type InventoryFile =
  | { readonly t: 'own'; readonly source: SourceDocument }
  | { readonly t: 'ansible'; readonly tree: Tree }

/** @throws MmhaError DOCUMENT_UNREADABLE, DOCUMENT_SYNTAX (exit 4) */
export function readInventoryFile(file: string, open: OpenFile): InventoryFile {
  const text = readText(file, open)
  if (!/\.(ya?ml|json)$/.test(file) && (file.endsWith('.ini') || looksLikeIni(text)))
    return { t: 'ansible', tree: parseIni(text, file) }
  const source = parseSource(text, file)
  return looksLikeGroups(source.data) ? { t: 'ansible', tree: parseGroups(source) } : { t: 'own', source }
}
