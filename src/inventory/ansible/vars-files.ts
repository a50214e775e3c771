import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { invalid, type OpenFile, parseSource, readText } from '../document.ts'
import { isMap, type Variable, type Variables, variablesIn } from './tree.ts'

/** Variables of a group or a host out of the folders beside an inventory; the same objects each time. */
export type VarsFiles = (folder: 'group_vars' | 'host_vars', name: string) => Variables

const ENDINGS = ['', '.yml', '.yaml', '.json']

/**
 * @param open null: files that are encrypted as a whole are left out
 * @throws MmhaError of a file that is no map or no YAML (exit 4)
 */
export function varsFilesBeside(inventory: string, open: OpenFile | null): VarsFiles {
  const known = new Map<string, Variables>()
  return (folder, name) => {
    const path = join(dirname(inventory), folder, name)
    const found = known.get(path) ?? new Map(filesOf(path).flatMap((file) => variablesOf(file, open)))
    known.set(path, found)
    return found
  }
}

/** The first that there is: NAME, NAME.yml, NAME.yaml or NAME.json, and of a folder all that is in it, by name. */
function filesOf(path: string): string[] {
  const there = ENDINGS.map((ending) => `${path}${ending}`).find((file) => kindOf(file) !== null)
  if (there === undefined) return []
  return kindOf(there) === 'folder' ? inFolder(there) : [there]
}

function inFolder(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .flatMap((name) => {
      const path = join(folder, name)
      if (kindOf(path) === 'folder') return inFolder(path)
      return ENDINGS.includes(/\.[^.]*$/.exec(name)?.[0] ?? '') ? [path] : []
    })
}

function kindOf(path: string): 'file' | 'folder' | null {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? null : stat.isDirectory() ? 'folder' : 'file'
}

function variablesOf(file: string, open: OpenFile | null): [string, Variable][] {
  const text = readText(file, open ?? (() => ''))
  const source = parseSource(text, file)
  if (source.data === null) return []
  if (!isMap(source.data)) {
    throw invalid('INVENTORY_INVALID', [`${file}:1:1 expected a map of variables`], `correct ${file}`)
  }
  return variablesIn(source, [], source.data)
}
